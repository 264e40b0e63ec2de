"""A registry as a scraper would see it."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry

Series = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(registry: CollectorRegistry) -> Series:
    """Every sample by name and labels; without the times at which counters were made."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in registry.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def of(series: Series, name: str, **labels: str) -> float:
    """One sample's value."""
    return series[name, tuple(sorted(labels.items()))]


def labelled(series: Series, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    """All samples of a name, by labels."""
    return {labels: value for (found, labels), value in series.items() if found == name}
