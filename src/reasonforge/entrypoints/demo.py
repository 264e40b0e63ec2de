"""`reasonforge demo`: the whole subnet in one process, told as it happens."""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from attrs import evolve

from reasonforge.adapters.memory.embedder import HashingEmbedder
from reasonforge.adapters.memory.temperaments import TEMPERAMENTS
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.transformers.embedder import SentenceTransformerEmbedder
from reasonforge.application.ports.embedder import Embedder
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.scoring.policies import policy_named
from reasonforge.entrypoints.process import run_process
from reasonforge.entrypoints.replacement import ReplacementFile
from reasonforge.entrypoints.report_json import as_text, run_document, subnet_epoch
from reasonforge.entrypoints.screen import Screen
from reasonforge.entrypoints.subnet import InProcessSubnet
from reasonforge.entrypoints.terminal import Terminal

if TYPE_CHECKING:
    from reasonforge.entrypoints.demo_gateway import Showing

MOST_EPOCHS = 10_000
DEFAULT_EPOCHS = 3


class TransportChoice(StrEnum):
    """What is between validators and miners."""

    MEMORY = "memory"
    AXON = "axon"


class EmbedderChoice(StrEnum):
    """What turns reasoning into vectors."""

    HASHING = "hashing"
    MINILM = "minilm"


def demo(
    validators: Annotated[int, typer.Option(help="How many validators, 1 to 64.")] = 3,
    miners: Annotated[int, typer.Option(help="How many miners; from 6 on some of them cheat.")] = 16,
    epochs: Annotated[
        int | None, typer.Option(help="How many epochs of 361 blocks; 3, or with --serve until it is stopped.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run, to the byte.")] = 7,
    tasks: Annotated[
        int, typer.Option(help="Tasks a validator asks in an epoch.")
    ] = DEFAULT_PARAMETERS.tasks_per_epoch,
    policy: Annotated[str, typer.Option(help="Scoring policy: verified or whitepaper.")] = "verified",
    transport: Annotated[
        TransportChoice,
        typer.Option(
            help="memory: all in this process; axon: each miner a process of its own behind a real Axon on loopback, "
            "where time runs forty times as fast (extra: bittensor)."
        ),
    ] = TransportChoice.MEMORY,
    embedder: Annotated[
        EmbedderChoice, typer.Option(help="hashing needs no model; minilm is all-MiniLM-L6-v2 (extra: embeddings).")
    ] = EmbedderChoice.HASHING,
    embedding_model: Annotated[
        str, typer.Option(help="With minilm: the model's name, its folder, or package:NAME.")
    ] = "all-MiniLM-L6-v2",
    validator_profiles: Annotated[
        str, typer.Option(help=f"Instead of --validators: comma-separated, of {', '.join(TEMPERAMENTS)}.")
    ] = "",
    json: Annotated[Path | None, typer.Option(help="Write the whole run to this file.")] = None,
    db: Annotated[
        Path | None, typer.Option(help="Keep the validators' records in this SQLite file; else in one that is removed.")
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Also serve the gateway with its dashboard, until Ctrl-C (extra: gateway).")
    ] = False,
    port: Annotated[
        int, typer.Option(help="With --serve: TCP port on loopback; 0 takes any.", min=0, max=65535)
    ] = 8000,
    pause: Annotated[
        float, typer.Option(help="With --serve: seconds between an epoch and the next.", min=0, max=3600)
    ] = 5.0,
) -> int:
    """Run a whole subnet on this machine: real epochs, real tasks, real checks, an in-memory chain that pays.

    Nothing leaves this machine and nothing needs to be installed but this package.
    """
    count = epochs if epochs is not None else MOST_EPOCHS if serve else DEFAULT_EPOCHS
    if not 1 <= count <= MOST_EPOCHS:
        raise OperatorError(f"--epochs must be 1 to {MOST_EPOCHS}, and is {count}")
    if not 1 <= tasks <= 200:
        raise OperatorError(f"--tasks must be 1 to 200, and is {tasks}")
    rules = ValidatorRules(
        policy=policy_named(policy),
        parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=tasks),
        sample_size=max(1, miners),  # everybody is asked everything, so that the leaderboard compares like with like
    )
    profiles = [one.strip() for one in validator_profiles.split(",")] if validator_profiles else validators
    if db is not None and db.exists():
        raise OperatorError(f"{db} exists already, and a demo starts a new chain: name a file that does not")
    with contextlib.ExitStack() as stack:
        output = None if json is None else stack.enter_context(ReplacementFile(json))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="reasonforge-demo-"))
        path = db or Path(folder) / "demo.db"
        subnet = _kind_of_subnet(transport)(
            profiles,
            miners,
            seed,
            rules=rules,
            embedder=_embedder(embedder, embedding_model),
            database=path,
            recorder=SystemClock() if serve else None,
        )
        if serve:
            return _serve(path, port, pause, lambda showing: _tell(subnet, count, db, output, showing))
        asyncio.run(_tell(subnet, count, db, output))
    return 0


def _serve(database: Path, port: int, pause: float, story: "Callable[[Showing], Awaitable[None]]") -> int:
    if find_spec("fastapi") is None or find_spec("uvicorn") is None:
        raise OperatorError("--serve needs the gateway's libraries: pip install 'reasonforge[gateway]'")
    from reasonforge.entrypoints.demo_gateway import serve_demo  # noqa: PLC0415 - it imports the HTTP libraries

    return run_process("reasonforge demo", lambda: serve_demo(database, port, pause, story))


def _kind_of_subnet(transport: TransportChoice) -> type[InProcessSubnet]:
    """What runs the demo; `OperatorError` when what it needs is not installed."""
    if transport is TransportChoice.MEMORY:
        return InProcessSubnet
    if find_spec("bittensor") is None:
        raise OperatorError("--transport axon needs the chain's SDK: pip install 'reasonforge[bittensor]'")
    from reasonforge.entrypoints.axon_subnet import AxonSubnet  # noqa: PLC0415 - it imports the SDK

    return AxonSubnet


def _embedder(choice: EmbedderChoice, model: str) -> Embedder:
    return HashingEmbedder() if choice is EmbedderChoice.HASHING else SentenceTransformerEmbedder(model)


async def _tell(
    subnet: InProcessSubnet,
    epochs: int,
    database: Path | None,
    output: ReplacementFile | None,
    showing: "Showing | None" = None,
) -> None:
    console = Terminal()
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(subnet)
        screen = stack.enter_context(Screen(console, subnet.validators[0].hotkey, subnet.called))
        subnet.watch(screen)
        if showing is not None and subnet.database_path is not None:
            subnet.watch(await stack.enter_async_context(showing.publishing(subnet.database_path)))
        screen.opening(subnet.validators, subnet.miners)
        tally, kept = subnet.tally(), []
        async for epoch in subnet.epochs(epochs):
            tally.add(epoch)
            screen.epoch(epoch, subnet.name_of)
            if output is not None:
                kept.append(subnet_epoch(epoch))
            elif showing is None and database is None and console.abandoned:
                return
            if showing is not None and not await showing.between_epochs():
                break
        run = tally.finish(subnet.notifier.notices)
        if output is not None:
            output.write(as_text(run_document(subnet, run, kept)))
        screen.closing(run, database, output.path if output else None)
