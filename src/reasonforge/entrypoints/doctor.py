"""`reasonforge doctor`: what works here and what does not, a line each, with what to do about it."""

import asyncio
import json as jsons
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Annotated

import typer
from attrs import evolve, frozen

from reasonforge.adapters.system.clock import SystemClock
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import NetUid
from reasonforge.entrypoints.doctor_checks.chain import ChainLook, worst
from reasonforge.entrypoints.doctor_checks.diagnosis import Check, Diagnosis, State, examine, failure, fine, in_thread
from reasonforge.entrypoints.doctor_checks.machine import look_at_disk, look_at_packages, look_at_python
from reasonforge.entrypoints.doctor_checks.node_time import look_at_node
from reasonforge.entrypoints.doctor_checks.pages import look_at_collector, look_at_pages
from reasonforge.entrypoints.doctor_checks.port import look_at_port
from reasonforge.entrypoints.doctor_checks.service import look_at_gateway
from reasonforge.entrypoints.doctor_checks.state import folder_of, is_running, look_at_state
from reasonforge.entrypoints.doctor_checks.thinking import (
    LIVE_SECONDS,
    MODEL_SECONDS,
    look_at_embedder,
    look_at_reasoner,
)
from reasonforge.entrypoints.doctor_checks.tools import (
    look_at_docker,
    look_at_provers,
    look_at_tools,
    look_at_verifier,
)
from reasonforge.entrypoints.doctor_checks.wallet import WalletFound, look_at_wallet
from reasonforge.entrypoints.hidden import hidden_values
from reasonforge.entrypoints.settings import (
    Backend,
    GatewaySettings,
    MinerSettings,
    NeuronSettings,
    SettingsError,
    ValidatorSettings,
    read_settings,
)
from reasonforge.entrypoints.terminal import Terminal
from reasonforge.entrypoints.verification import inline_verifier

SOMETHING_FAILS = 1
CHAIN_SECONDS = 60.0
NODE_SECONDS = 30.0
VERIFIER_SECONDS = 120.0


class Role(StrEnum):
    """Whose machine this is to be."""

    VALIDATOR = "validator"
    MINER = "miner"
    GATEWAY = "gateway"


_SETTINGS: dict[Role | None, type[NeuronSettings]] = {
    None: NeuronSettings,
    Role.VALIDATOR: ValidatorSettings,
    Role.MINER: MinerSettings,
}


@frozen
class _Port:
    """What was found of the miner's port, and whether the miner itself serves there."""

    diagnoses: Sequence[Diagnosis] = ()
    serving: bool = False


def doctor(
    *,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[validator|miner|gateway] [FLAGS]",
            help="For which process, and the flags that it is started with.",
        ),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Also make one tiny request to a miner's paid backend.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of lines.")] = False,
) -> int:
    """Say what works here and what does not, a line each, with what to do about it.

    Exit code 0 when nothing fails, 1 otherwise. It takes the process's flags, variables and .env as it
    does itself, changes nothing, and shows no secret.
    """
    role, flags = _role(arguments or [])
    found = asyncio.run(diagnose(role, flags, live=live, clock=SystemClock()))
    console = Terminal()
    for line in [_document(role, found)] if json else _lines(found):
        console.out(line, highlight=False)
    return SOMETHING_FAILS if worst(found) is State.FAIL else 0


def _role(arguments: Sequence[str]) -> tuple[Role | None, list[str]]:
    if not arguments or arguments[0].startswith("-"):
        return None, list(arguments)
    if arguments[0] not in list(Role):
        raise OperatorError(f"doctor looks at a validator, a miner or a gateway, not at {arguments[0]!r}")
    return Role(arguments[0]), list(arguments[1:])


async def diagnose(
    role: Role | None, flags: Sequence[str], *, live: bool, clock: Clock, moving_seconds: float | None = None
) -> list[Diagnosis]:
    """All findings, in the order in which one would mend them."""
    if role is Role.GATEWAY:
        return await _diagnose_gateway(flags)
    try:
        settings = read_settings(_SETTINGS[role], f"reasonforge doctor {role or ''}".strip(), flags)
    except SettingsError as error:
        said = [failure("settings", one, "then run `reasonforge doctor` again") for one in error.mistakes]
        found = await examine([*_machine(frozenset()), *_programs(role, None, clock)])
        return [*said, *found]
    wallet = await _wallet(settings)
    port = await _port(settings)
    looks = [
        *_machine(_extras(settings)),
        *_chain(settings, wallet, port, clock, moving_seconds),
        Check("state file", _as_list(lambda: look_at_state(role, settings.state_db, wallet.hotkey))),
        Check("disk", _as_list(lambda: [look_at_disk(folder_of(settings.state_db))])),
        *_programs(role, settings, clock),
    ]
    if role is not None:
        looks.append(Check("ports", lambda: look_at_pages(settings)))
        looks.append(Check("traces", lambda: look_at_collector(settings)))
    if isinstance(settings, ValidatorSettings):
        validator = settings
        looks.append(Check("embedding model", lambda: look_at_embedder(validator), MODEL_SECONDS))
    if isinstance(settings, MinerSettings):
        miner = settings
        looks.append(Check("reasoner", lambda: look_at_reasoner(miner, clock, live=live), LIVE_SECONDS + 15))
    found = await examine(looks)
    lines = [_settings_line(settings), *wallet.diagnoses, *port.diagnoses, *found]
    secrets = hidden_values(settings)
    return [_without(secrets, one) for one in lines]


async def _diagnose_gateway(flags: Sequence[str]) -> list[Diagnosis]:
    try:
        settings = read_settings(GatewaySettings, "reasonforge doctor gateway", flags)
    except SettingsError as error:
        return [failure("settings", one, "then run `reasonforge doctor gateway` again") for one in error.mistakes]
    found = await examine(
        [
            *_machine(frozenset({"gateway"})),
            Check("state file", _as_list(lambda: look_at_state(None, settings.state_db, None))),
            Check("disk", _as_list(lambda: [look_at_disk(folder_of(settings.state_db))])),
            Check("gateway", lambda: look_at_gateway(settings)),
        ]
    )
    secrets = hidden_values(settings)
    lines = [fine("settings", "flags, environment and .env can be read"), *found]
    return [_without(secrets, one) for one in lines]


def _settings_line(settings: NeuronSettings) -> Diagnosis:
    if settings.netuid is None:
        said = "--netuid (NETUID) is required: the number of the subnet to work on"
        return failure("settings", said, "set it; the lines about the chain come then")
    return fine("settings", "flags, environment and .env can be read")


def _machine(extras: frozenset[str]) -> list[Check]:
    return [
        Check("python", _as_list(lambda: [look_at_python()])),
        Check("packages", _as_list(lambda: look_at_packages(extras))),
    ]


def _extras(settings: NeuronSettings) -> frozenset[str]:
    """Without which of the package's extras this neuron does not work."""
    match settings:
        case ValidatorSettings():
            return frozenset({"bittensor"} | ({"embeddings"} if settings.embedding_model != "hashing" else set()))
        case MinerSettings():
            return frozenset({"bittensor"} | ({f"miner-{settings.backend}"} - {f"miner-{Backend.SOLVER}"}))
    return frozenset({"bittensor"})


def _programs(role: Role | None, settings: NeuronSettings | None, clock: Clock) -> list[Check]:
    """What only a validator needs: with its settings the tools that it would start, else those that need nothing."""
    if role is Role.MINER:
        return []
    if isinstance(settings, ValidatorSettings):
        validator = settings
        checkers = Check("checkers", lambda: look_at_tools(validator), VERIFIER_SECONDS)
    else:
        checkers = Check("checkers", lambda: look_at_verifier(inline_verifier(clock)), VERIFIER_SECONDS)
    return [checkers, Check("docker", look_at_docker), Check("provers", look_at_provers, 30.0)]


def _chain(
    settings: NeuronSettings, wallet: WalletFound, port: _Port, clock: Clock, moving_seconds: float | None
) -> list[Check]:
    if settings.netuid is None:
        return []
    look = ChainLook(settings, NetUid(settings.netuid), wallet.hotkey, clock, listening=port.serving)
    if moving_seconds is not None:
        look = evolve(look, moving_seconds=moving_seconds)
    return [
        Check("chain", look, CHAIN_SECONDS),
        Check("network", lambda: look_at_node(settings, clock), NODE_SECONDS),
    ]


async def _wallet(settings: NeuronSettings) -> WalletFound:
    opened: list[WalletFound] = []

    async def look() -> Sequence[Diagnosis]:
        opened.append(await in_thread(lambda: look_at_wallet(settings)))
        return opened[0].diagnoses

    found = await examine([Check("wallet", look, 30.0)])
    return opened[0] if opened else WalletFound(found, None)


async def _port(settings: NeuronSettings) -> _Port:
    if not isinstance(settings, MinerSettings):
        return _Port()
    host = "127.0.0.1" if settings.is_local_chain else "0.0.0.0"  # noqa: S104 - where a miner listens
    looked: list[_Port] = []

    def work() -> list[Diagnosis]:
        running = is_running(settings.state_db)
        found = look_at_port(host, settings.port, "--miner.port (MINER_PORT)", running=running)
        looked.append(_Port([found.diagnosis], serving=running and (found.taken or settings.port == 0)))
        return [found.diagnosis]

    found = await examine([Check("port", _as_list(work))])
    return looked[0] if looked else _Port(found)


def _as_list(work: Callable[[], list[Diagnosis]]) -> Callable[[], Awaitable[list[Diagnosis]]]:
    return lambda: in_thread(work)


def _without(secrets: Sequence[str], one: Diagnosis) -> Diagnosis:
    detail, remedy = one.detail, one.remedy
    for secret in secrets:
        detail, remedy = detail.replace(secret, "…"), remedy.replace(secret, "…")
    return evolve(one, detail=detail, remedy=remedy)


def _lines(found: Sequence[Diagnosis]) -> list[str]:
    lines = []
    for one in found:
        lines.append(f"{one.state:<4}  {one.name}: {' '.join(one.detail.split())}")
        if one.remedy:
            lines.append(f"        → {' '.join(one.remedy.split())}")
    count = Counter(one.state for one in found)
    return [*lines, ", ".join(f"{count[state]} {state}" for state in State)]


def _document(role: Role | None, found: Sequence[Diagnosis]) -> str:
    checks = [
        {"name": one.name, "state": one.state.value, "detail": one.detail, "remedy": one.remedy or None}
        for one in found
    ]
    document = {"role": role, "works": worst(list(found)) is not State.FAIL, "checks": checks}
    return jsons.dumps(document, indent=2, ensure_ascii=False)
