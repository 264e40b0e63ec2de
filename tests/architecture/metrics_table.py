"""Every metric that a process of ours shows, out of its registry, as the rows of docs/metrics.md."""

from collections.abc import Callable, Iterator

from attrs import frozen
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.telemetry.prometheus_gateway import Backlog, GatewayMetrics
from reasonforge.adapters.telemetry.prometheus_miner import MinerMetrics
from reasonforge.adapters.telemetry.prometheus_process import ProcessMetrics
from reasonforge.adapters.telemetry.prometheus_validator import ValidatorMetrics
from reasonforge.domain.events import VitalSigns
from reasonforge.domain.identity import Hotkey


@frozen
class Row:
    """One metric: the name that a query uses, its kind, its labels and what it says."""

    name: str
    kind: str
    labels: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        labels = ", ".join(f"`{label}`" for label in self.labels) or "–"
        return f"| `{self.name}` | {self.kind} | {labels} | {self.says} |"


def tables() -> dict[str, list[Row]]:
    """By process."""
    made: dict[str, Callable[[CollectorRegistry], object]] = {
        "validator": lambda registry: ValidatorMetrics(registry, Hotkey("v")),
        "miner": lambda registry: MinerMetrics(registry, lambda: None),
        "gateway": lambda registry: GatewayMetrics(registry, Backlog, MemoryClock()),
    }
    return {kind: sorted(_rows(kind, make), key=lambda row: row.name) for kind, make in made.items()}


def _rows(kind: str, make: Callable[[CollectorRegistry], object]) -> Iterator[Row]:
    registry = CollectorRegistry()
    make(registry)
    process = ProcessMetrics(registry, f"reasonforge_{kind}", "1", chain=kind != "gateway")
    if kind == "validator":  # whose sandbox is shown once there is one
        process.emit(VitalSigns(Hotkey("v"), 0.0, 0.0, 0.0, sandbox_answers=True))
    labels = {
        collector._name: tuple(collector._labelnames)
        for collector in registry._collector_to_names
        if isinstance(collector, MetricWrapperBase)
    }
    for family in registry.collect():
        if not family.name.startswith("reasonforge_"):
            continue
        found = labels.get(family.name, tuple(family.samples[0].labels) if family.samples else ())
        name = f"{family.name}_total" if family.type == "counter" else family.name
        yield Row(name, family.type, found, family.documentation)
