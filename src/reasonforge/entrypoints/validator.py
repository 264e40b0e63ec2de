"""`reasonforge-validator`: epochs on a chain, over real Axons."""

import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from attrs import evolve

from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.memory.embedder import HashingEmbedder
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.user_tasks import SqlAlchemyTaskDesk
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.adapters.telemetry.exposition import CollectorRegistry
from reasonforge.adapters.telemetry.fan_out import FanOut
from reasonforge.adapters.telemetry.prometheus_validator import ValidatorMetrics
from reasonforge.adapters.transformers.embedder import SentenceTransformerEmbedder
from reasonforge.application.ports.embedder import Embedder
from reasonforge.application.ports.notifier import Severity
from reasonforge.application.validator.keep_running import KeepRunning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.scoring.policies import policy_named
from reasonforge.entrypoints.container import NeuronAdapters, Validator
from reasonforge.entrypoints.neuron import chain_of, identity_of, own_neuron
from reasonforge.entrypoints.noticeboard import Neuron
from reasonforge.entrypoints.observation import beating, observed, pulse_of
from reasonforge.entrypoints.process import journal_of, run_process
from reasonforge.entrypoints.public_events import PublicEvents
from reasonforge.entrypoints.settings import ValidatorSettings, read_settings
from reasonforge.entrypoints.verification import open_tools, tool_settings_of

PROGRAM = "reasonforge-validator"
LOCAL_LOOK_SECONDS = 0.2
SECRET_BYTES = 32


def main(arguments: list[str] | None = None) -> int:
    """Run a validator until it is stopped; the exit code."""
    return run_process(PROGRAM, lambda: _validate(read_settings(ValidatorSettings, PROGRAM, arguments)))


def run() -> None:
    """The console script."""
    sys.exit(main())


async def _validate(settings: ValidatorSettings) -> None:
    identity = identity_of(settings)
    journal = journal_of(settings, Neuron.VALIDATOR)
    rules = rules_of(settings)
    embedder = embedder_of(settings)
    clock = SystemClock()
    registry = CollectorRegistry()
    figures = ValidatorMetrics(registry, identity.hotkey, rules.parameters.trap_threshold)
    async with AsyncExitStack() as stack:
        seen = await stack.enter_async_context(
            observed(
                *(settings, journal, clock),
                kind=Neuron.VALIDATOR,
                hotkey=identity.hotkey,
                registry=registry,
                figures=figures,
                health_port=settings.port,
            )
        )
        chain = await stack.enter_async_context(chain_of(settings, identity, settings.epoch_length))
        neuron = await own_neuron(chain, settings)
        tools = await stack.enter_async_context(open_tools(tool_settings_of(settings)))
        for test in tools.told:
            if not test.passed:
                journal.note("tool not used", tool=test.tool, reason=test.detail)
        database = stack.enter_context(open_database(settings.state_db))
        public = PublicEvents(SqlAlchemyEventLog(database), clock)
        await stack.enter_async_context(public.writing())
        telemetry = FanOut([seen.telemetry, public], lambda said: journal.note(said, Severity.WARNING))
        container = Validator(
            adapters=NeuronAdapters(
                chain=chain,
                secret=secret_of(secret_file(settings, database.path)),
                transport=BittensorTransport(identity.keypair, clock, allow_private=settings.is_local_chain),
                store=SqlAlchemyStore(database, chain.hotkey, clock),
                embedder=embedder,
                verifier=tools.verifier,
                tasks=GeneratedTasks(tools.families, timeout_seconds=settings.timeout),
                jury=None,
                clock=clock,
                telemetry=telemetry,
                notifier=journal,
                desk=SqlAlchemyTaskDesk(database, clock),
            ),
            rules=rules,
        )
        container.check_dependencies()
        journal.note("validating", uid=neuron.uid, hotkey=chain.hotkey, netuid=chain.netuid, stake=neuron.stake)
        keep_running = KeepRunning(
            chain=chain,
            run_epoch=container.run_epoch(),
            publish_weights=container.publish_weights(),
            clock=clock,
            notifier=journal,
            telemetry=telemetry,
        )
        if settings.is_local_chain:  # its blocks pass as fast as somebody likes
            keep_running.look_seconds = LOCAL_LOOK_SECONDS
        seen.works(neuron.uid, f"validating as uid {neuron.uid} on subnet {chain.netuid}")
        async with beating(pulse_of(settings, chain, database, seen, clock, tools.sandbox)):
            await keep_running()


def rules_of(settings: ValidatorSettings) -> ValidatorRules:
    """How this validator asks and scores."""
    return ValidatorRules(
        parameters=evolve(
            DEFAULT_PARAMETERS,
            tasks_per_epoch=settings.tasks_per_epoch,
            trap_rate=settings.trap_rate,
            micro_round_seconds=settings.timeout,
        ),
        policy=policy_named(settings.scoring_policy),
        sample_size=settings.sample_size,
        api_share=settings.api_share,
    )


def embedder_of(settings: ValidatorSettings) -> Embedder:
    """The model, or the deterministic stand-in that needs none."""
    if settings.embedding_model == "hashing":
        return HashingEmbedder()
    return SentenceTransformerEmbedder(settings.embedding_model)


def secret_file(settings: ValidatorSettings, database: Path | None) -> Path:
    """Where the validator's secret is kept: where the operator says, else beside the database's file."""
    if settings.secret_file is not None:
        return settings.secret_file.expanduser()
    if database is not None:
        return database.with_name(f"{database.name}.secret")
    return Path("state/validator.secret")


def secret_of(path: Path) -> bytes:
    """What the epochs' randomness is drawn from: made once, readable by its owner alone.

    Raises:
        OperatorError: the file cannot be read or made, or is too short to be a secret.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
                made.write(os.urandom(SECRET_BYTES))
        secret = path.read_bytes()
    except OSError as error:
        raise OperatorError(f"the validator's secret {path} cannot be read or made: {error.strerror}") from error
    if len(secret) < SECRET_BYTES:
        raise OperatorError(f"{path} is no validator's secret: restore it from a backup, or delete it to get a new one")
    return secret


if __name__ == "__main__":
    run()
