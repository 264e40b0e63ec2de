"""Every setting of the neurons, out of the settings models, as the rows of docs/deployment.md."""

from enum import Enum

from pydantic import SecretStr

from reasonforge.entrypoints.settings import (
    GatewaySettings,
    MinerSettings,
    NeuronSettings,
    ProcessSettings,
    ValidatorSettings,
    rows,
)

PARTS: tuple[tuple[str, type[ProcessSettings]], ...] = (
    ("Both", NeuronSettings),
    ("A miner's", MinerSettings),
    ("A validator's", ValidatorSettings),
    ("The gateway's", GatewaySettings),
)


def tables() -> dict[str, list[str]]:
    """The rows by whose they are; a setting that both have is a neuron's own only where it differs."""
    found: dict[str, list[str]] = {}
    for title, model in PARTS:
        both = found.get("Both", [])
        found[title] = [row for row in _rows(model) if row not in both]
    return found


def document() -> str:
    """The section as docs/deployment.md has it."""
    heading = "| flag | variable | default | what |\n| --- | --- | --- | --- |"
    return "\n\n".join("\n".join((f"### {title}", "", heading, *lines)) for title, lines in tables().items())


def _rows(model: type[ProcessSettings]) -> list[str]:
    return [
        f"| `{flag}` | {', '.join(f'`{one}`' for one in variables)} | {_shown(field.default)} | {field.description} |"
        for flag, variables, field in rows(model)
    ]


def _shown(default: object) -> str:
    if default in (None, ""):
        return "–"
    if isinstance(default, SecretStr):
        return "–"
    if isinstance(default, Enum):
        return f"`{default.value}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
