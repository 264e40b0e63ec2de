"""A validator's file stops growing: old epochs' texts go, what they came to stays."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import evolve
from prometheus_client import CollectorRegistry

from reasonforge import InProcessSubnet
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.adapters.telemetry.prometheus_validator import ValidatorMetrics
from reasonforge.application.ports.notifier import Severity
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.events import TextsForgotten
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochState
from reasonforge.domain.similarity import SimilarityRules
from reasonforge.entrypoints.cli import main
from reasonforge.entrypoints.settings import ValidatorSettings, read_settings
from reasonforge.entrypoints.validator import rules_of
from tests.adapters.telemetry.scraped import of, scraped

ME = Hotkey("validator-01")
KEEP_TWO = ValidatorRules(
    parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=2),
    similarity=SimilarityRules(history_epochs=1),
    keep_epochs=2,
)
TEXTS = ("task_results", "submissions", "reply_variants", "embedding_history")
FIGURES = ("epochs", "miner_epochs", "validator_epochs", "weights", "epoch_plans", "asked_instances")


def epochs_in(path: Path, table: str) -> list[int]:
    """The numbers of the epochs that the table has rows of."""
    joined = "JOIN epochs ON epochs.id = epoch_id" if table != "epochs" else ""
    with sqlite3.connect(path) as connection:
        asked = f"SELECT DISTINCT number FROM {table} {joined} ORDER BY number"
        found = [number for (number,) in connection.execute(asked)]
    connection.close()
    return found


@asynccontextmanager
async def subnet_in(path: Path, rules: ValidatorRules = KEEP_TWO) -> AsyncIterator[InProcessSubnet]:
    async with InProcessSubnet(1, 3, 5, rules=rules, database=path) as subnet:
        yield subnet


@pytest.fixture(scope="module")
def four_epochs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MemoryTelemetry, float]:
    """A file after four epochs that keeps two; what was told meanwhile; the counter of deleted rows."""
    path, events, registry = tmp_path_factory.mktemp("kept") / "v.db", MemoryTelemetry(), CollectorRegistry()

    async def go() -> None:
        async with subnet_in(path) as subnet:
            subnet.watch(events)
            subnet.watch(ValidatorMetrics(registry, ME))
            await subnet.run_epochs(4)

    asyncio.run(go())
    return path, events, of(scraped(registry), "reasonforge_validator_pruned_rows_total")


@pytest.mark.parametrize("table", TEXTS)
def test_texts_of_the_newest_epochs_are_kept(four_epochs: tuple[Path, MemoryTelemetry, float], table: str) -> None:
    """Of four epochs the last two have tasks, replies and reasoning."""
    assert epochs_in(four_epochs[0], table) == [2, 3]


@pytest.mark.parametrize("table", FIGURES)
def test_figures_of_all_epochs_are_kept(four_epochs: tuple[Path, MemoryTelemetry, float], table: str) -> None:
    """Results, weights, commitments and what was asked are there of every epoch."""
    assert epochs_in(four_epochs[0], table) == [0, 1, 2, 3]


def test_each_epoch_forgets_once(four_epochs: tuple[Path, MemoryTelemetry, float]) -> None:
    """Two tasks, six replies and the reasoning in them go with the third epoch, and again with the fourth."""
    told = [one for one in four_epochs[1].events if isinstance(one, TextsForgotten)]
    assert [one.epoch.number for one in told] == [0, 1, 2, 3]
    assert [one.rows > 0 for one in told] == [False, False, True, True]
    assert four_epochs[2] == sum(one.rows for one in told)


def test_a_forgotten_epoch_is_not_called_false(
    four_epochs: tuple[Path, MemoryTelemetry, float], capsys: pytest.CaptureFixture[str]
) -> None:
    """`tasks replay` says of an epoch whose tasks are gone that they are, and proves one whose tasks are there."""
    replay = ["tasks", "replay", "--state.db", str(four_epochs[0]), "--epoch"]
    assert main([*replay, "1"]) != 0
    assert "the tasks of epoch 1 are not kept any more (--validator.keep_epochs)" in capsys.readouterr().err
    assert main([*replay, "3"]) == 0


def test_the_file_stops_growing(tmp_path: Path) -> None:
    """Once it holds as many epochs as it keeps, the file grows by less than a third as fast."""
    sizes = []

    async def go() -> None:
        async with subnet_in(tmp_path / "v.db") as subnet:
            for _ in range(8):
                await subnet.run_epochs(1)
                with sqlite3.connect(tmp_path / "v.db") as connection:
                    sizes.append(connection.execute("PRAGMA page_count").fetchone()[0])
                connection.close()

    asyncio.run(go())
    an_epoch = sizes[1] - sizes[0]
    assert an_epoch > 0
    assert (sizes[7] - sizes[3]) / 4 < an_epoch / 3, sizes


def test_an_epoch_is_not_lost_where_nothing_can_be_deleted(tmp_path: Path) -> None:
    """The medium refuses to delete: the epoch is published, the operator is told, it is counted, and the next epoch
    deletes what is due.
    """
    path, registry = tmp_path / "v.db", CollectorRegistry()

    def by_hand(statement: str) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()

    async def go() -> None:
        async with subnet_in(path) as subnet:
            subnet.watch(ValidatorMetrics(registry, ME))
            await subnet.run_epochs(2)
            by_hand("CREATE TRIGGER stuck BEFORE DELETE ON submissions BEGIN SELECT RAISE(ABORT, 'stuck'); END")
            await subnet.run_epochs(1)
            assert await subnet.store_of(ME).state_of(EpochNumber(2)) is EpochState.PUBLISHED
            (notice,) = [one for one in subnet.notifier.notices if "cannot be deleted" in one.what]
            assert notice.severity is Severity.WARNING
            by_hand("DROP TRIGGER stuck")
            await subnet.run_epochs(1)

    asyncio.run(go())
    assert of(scraped(registry), "reasonforge_validator_prune_failures_total") == 1
    assert epochs_in(path, "submissions") == [2, 3]


def test_the_flag_reaches_the_rules() -> None:
    """`--validator.keep_epochs` is what the validator's rules keep; fewer than are compared with are refused."""
    settings = read_settings(ValidatorSettings, "v", ["--netuid", "1", "--validator.keep_epochs", "31"])
    assert rules_of(settings).keep_epochs == 31
    with pytest.raises(OperatorError, match=r"--validator\.keep_epochs"):
        read_settings(ValidatorSettings, "v", ["--netuid", "1", "--validator.keep_epochs", "30"])
