"""Never lost, never twice (architecture §2.5): a validator that is killed anywhere leaves what one leaves that was not.

Every life is a process of its own that ends by SIGKILL. Two variables ask for more than CI has time for:
`RF_CRASH_POINTS=all` also kills where a neighbouring point leaves the same; `RF_CRASH_RANDOM` says how many random
stories are played.
"""

import ast
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from tests.crash.compare import broken_promises, faults
from tests.crash.points import ELSEWHERE_THE_SAME, OURS, WAITS, Point
from tests.crash.world import Ending, Story, World, world
from tests.postgres import Cluster, postgres

__all__ = ["postgres"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_000)]

SMALL = Story()
LARGER = tuple(
    Story(
        epochs=2, miners=4, tasks=5, users=3, users_share=0.4, commit_reveal=hidden,
        families=(
            "permutation_orders", "lru_evictions", "sql_totals", "stable_matching", "unit_counterfactual",
            "smallest_multiples", "failing_inputs", "round_robin", "translation", "triage",
        ),
    )
    for hidden in (False, True)
)  # fmt: skip
SHARDS = 2
RANDOM = int(os.environ.get("RF_CRASH_RANDOM", "8"))
EVERYWHERE = os.environ.get("RF_CRASH_POINTS") == "all"
IN_PIECES = ("adapters/localnet/connection.py", "adapters/bittensor/post.py", "public_events.py", "event_log.py")
"""Where bytes come in more or fewer pieces, and events are written one by one or together: there an await or a
statement of the undisturbed run may not come again."""
MOST_MISSED = 0.1
NOT_IN_THIS_EPOCH = (
    "await self._record(epoch, held",  # what a store that failed had not taken
    "await self.look_back(self.chain.hotkey, epoch)",  # these two of an epoch that is over already
    "await self.publish_weights()",
    "await self.notifier.tell(OperatorNotice(Severity.URGENT",  # no weights, or none that the chain took
    "await self._settle(one, refused",  # weights of an earlier epoch
    "await self._settle(newest, WeightsUnreachable",  # a chain that does not answer
    "await self.jury.judge",  # no jury on a chain
)
"""Awaits that an epoch in which nothing goes wrong does not come to."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """In memory where there is such a place: what is killed is a process, and not the machine."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of a random name in it
    with tempfile.TemporaryDirectory(prefix="rf-crash-", dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def subnet(folder: Path) -> Iterator[World]:
    with world(folder) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(subnet: World) -> Callable[[Story], Ending]:
    return cache(subnet.play)


def points_of(ending: Ending) -> list[Point]:
    """Where the one life of a story can be killed."""
    (life,) = ending.lives
    return [
        Point(place, time)
        for place, times in life.came.items()
        if EVERYWHERE or not place.startswith(ELSEWHERE_THE_SAME)
        for time in range(1, times + 1)
    ]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_killed_at_any_point_of_an_epoch_it_ends_as_if_nothing_had_happened(
    subnet: World, undisturbed: Callable[[Story], Ending], shard: int
) -> None:
    """At every await and around every statement of a writing transaction: the same rows in every table, the same
    weights, set once; nobody is asked again what was recorded, and nobody is told twice.
    """
    whole = undisturbed(SMALL)
    points = points_of(whole)[shard::SHARDS]
    found, missed = {}, []
    for point in points:
        ending = subnet.play(SMALL, [point])
        if ending.lives[0].died != point:
            missed.append(point)
        if spoilt := faults(ending, whole):
            found[str(point)] = spoilt
    assert found == {}
    assert [str(one) for one in missed if not any(name in one.place for name in IN_PIECES)] == []
    assert len(missed) <= MOST_MISSED * len(points), [str(one) for one in missed]


def test_the_points_are_all_there_are(undisturbed: Callable[[Story], Ending]) -> None:
    """Every await of the epoch, of scoring a task and of publishing that an epoch without a crash comes to is a place
    where it was killed.
    """
    came = undisturbed(SMALL).lives[0].came
    seen = {frame.partition("(")[0] for place in came for frame in place.split(" ")}
    never = {
        line
        for name in ("run_epoch", "score_task", "publish_weights", "draw_plan")
        for line in awaits(f"application/validator/{name}.py", seen)
    }
    assert {line for line in never if not line.startswith(NOT_IN_THIS_EPOCH)} == set()
    assert sum(times for place, times in came.items() if place.startswith(WAITS)) > 50


def awaits(name: str, seen: set[str]) -> Iterator[str]:
    """The awaits of a module that nobody came to, as they are written."""
    source = Path(OURS, name).read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Await) and not any(
            f"{name}:{line}" in seen for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        ):
            yield ast.unparse(node)


def play_at_random(subnet: World, undisturbed: Callable[[Story], Ending], seed: int, *, server: bool) -> None:
    rng = Random(seed)
    story = rng.choice(LARGER)
    whole = undisturbed(story)
    most = max(life.total for life in whole.lives)
    kills = [rng.randint(1, most) if rng.random() < 0.8 else None for _ in range(rng.randint(1, 5))]
    late = [rng.choice((0, 0, 1, 2)) for _ in kills]
    ending = subnet.play(story, kills, server=server, late=late)
    died = [str(life.died) for life in ending.lives]
    assert faults(ending, whole) == [], f"seed {seed}: killed at {kills}, started again {late} blocks later: {died}"


@pytest.mark.parametrize("shard", range(SHARDS))
def test_killed_at_random_points_of_larger_epochs(
    subnet: World, undisturbed: Callable[[Story], Ending], shard: int
) -> None:
    """Up to five times in two epochs of five tasks and four miners, on SQLite, with blocks passing meanwhile and with
    commit-reveal in half of them: the same standings and weights, nothing twice.
    """
    for seed in range(shard, RANDOM // 2, SHARDS):
        play_at_random(subnet, undisturbed, seed, server=False)


@pytest.mark.postgres
@pytest.mark.parametrize("shard", range(SHARDS))
def test_killed_at_random_points_on_a_server_s_database(
    subnet: World, undisturbed: Callable[[Story], Ending], shard: int, postgres: Cluster
) -> None:
    """The same on PostgreSQL, compared with the run that SQLite kept."""
    subnet.cluster = postgres
    for seed in range(1_000 + shard, 1_000 + RANDOM - RANDOM // 2, SHARDS):
        play_at_random(subnet, undisturbed, seed, server=True)


def test_started_again_in_a_later_epoch_it_keeps_every_promise_but_the_epoch(
    subnet: World, undisturbed: Callable[[Story], Ending]
) -> None:
    """An epoch whose blocks passed while the validator was away is given up, or its weights are set; its users' tasks
    are answered in the next one; nothing is asked again or set twice.
    """
    points = points_of(undisturbed(SMALL))
    for point in Random(1).sample(points, max(6, RANDOM // 4)):
        ending = subnet.play(Story(epochs=2), [point], late=[21])
        assert broken_promises(ending) == [], str(point)


def sqlite(statement: str) -> Callable[[str], None]:
    def meddle(database: str) -> None:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.executescript(statement)

    return meddle


def after(undisturbed: Ending, function: str) -> Point:
    """The last time that an epoch waits in this function of ours."""
    (life,) = undisturbed.lives
    place = next(place for place in reversed(life.came) if place.startswith(WAITS) and function in place)
    return Point(place, life.came[place])


def test_the_comparison_sees_a_task_that_is_asked_again(subnet: World, undisturbed: Callable[[Story], Ending]) -> None:
    """A validator whose record is lost asks again, and the miners tell."""
    whole = undisturbed(SMALL)
    lost = sqlite("PRAGMA foreign_keys = ON; DELETE FROM task_results;")
    spoilt = faults(subnet.play(SMALL, [after(whole, "(record)")], meddle=lost), whole)
    assert any("again, which were recorded" in one for one in spoilt), spoilt


def test_the_comparison_sees_weights_that_are_set_twice(subnet: World, undisturbed: Callable[[Story], Ending]) -> None:
    """A validator that forgets having sent weights which the chain hides sets them twice, and the chain tells."""
    hidden = Story(commit_reveal=True)
    whole = undisturbed(hidden)
    forgotten = sqlite("UPDATE weights SET sent_after = NULL; UPDATE epochs SET state = 'closed';")
    ending = subnet.play(hidden, [after(whole, "(publish)")], late=[6], meddle=forgotten)
    spoilt = faults(ending, whole)
    assert any("set more or less than once" in one for one in spoilt), spoilt
