"""`reasonforge demo --transport axon`: the same subnet with processes and sockets in it, and nothing left of them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import define, evolve, field

pytest.importorskip("bittensor", reason="the extra bittensor is not installed")

from reasonforge.application.ports.transport import Health, Refusal, Request, ScoreNotice
from reasonforge.domain.errors import OperatorError
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.metagraph import Neuron
from reasonforge.domain.reply import Answer, Reply, Silence
from reasonforge.domain.submission import WireFields
from reasonforge.domain.task import Question
from reasonforge.entrypoints import axon_subnet, cli
from reasonforge.entrypoints import demo as demo_command
from reasonforge.entrypoints.axon_subnet import AxonSubnet
from reasonforge.entrypoints.story_time import StoryClock, StorySolve, StoryTransport
from tests.contracts.transport import neuron, question

DEMO = [sys.executable, "-m", "reasonforge", "demo", "--transport", "axon", "--validators", "2", "--miners", "8"]
MARK = "RF_TEST_MARK"


def marked(mark: str) -> list[int]:
    """Processes whose environment holds `mark`: the demo and everything it started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:  # gone meanwhile, or another user's
                continue
            if f"{MARK}={mark}".encode() in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


def wait_until_there_are(count: int, mark: str, seconds: float) -> None:
    end = time.monotonic() + seconds
    while len(marked(mark)) != count:
        assert time.monotonic() < end, f"{len(marked(mark))} processes, and not {count}"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_demo_over_axons_tells_the_same_story(tmp_path: Path) -> None:
    """Honest miners are right by skill, no cheat earns what it pretends to, and each is named; all weights are set,
    emission is conserved, and no process is left: within a minute and a half.
    """
    mark = str(tmp_path)
    report = tmp_path / "report.json"
    shown = subprocess.run(
        [*DEMO, "--epochs", "1", "--json", str(report)],
        check=True,
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, MARK: mark, "COLUMNS": "160"},
    ).stdout
    assert marked(mark) == []
    run = json.loads(report.read_text())
    board = run["leaderboard"]
    honest = [row for row in board if row["honest"]]
    rights = [row["right"] for row in honest]
    assert rights == sorted(rights, reverse=True)
    by_skill = sorted(honest, key=lambda row: -row["skill"])
    assert [row["right"] for row in by_skill] == rights, "who has more skill solves a superset"
    (epoch,) = run["epochs"]
    flags = [flag for one in epoch["validators"] for flag in one["flags"]]
    plagiarist, bluffer = sorted((row for row in board if not row["honest"]), key=lambda row: row["uid"])
    # Its own time counts as well, and on a busy machine it may outdo an honest miner who is less often right.
    assert plagiarist["s_epoch"] < by_skill[3]["s_epoch"], "who copies is below whom it copies"
    assert bluffer["rank"] == len(board)
    for row, kind in ((plagiarist, "plagiarism"), (bluffer, "confidently_wrong")):
        assert any(flag["kind"] == kind and row["hotkey"] in flag["hotkeys"] for flag in flags)
    # Not `claimed_time`: at forty times the pace, a busy machine's milliseconds between the two clocks look like a lie.
    assert not [flag for flag in flags if flag["kind"] in {"too_fast", "silent", "rejected"}]
    assert [one["outcome"] for one in epoch["publications"]] == ["set", "set"]
    emission = run["emission"]
    assert emission["paid_rao"] + emission["unallocated_rao"] == emission["emitted_rao"]
    assert "Leaderboard of the run" in shown
    assert "The chain at block" in shown
    assert "miner-07 (plagiarist of miner-04)" in shown
    assert not [row["hotkey"] for row in board if row["hotkey"] in shown], "people are shown names"


@pytest.mark.slow
@pytest.mark.parametrize(("ended_by", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)], ids=str)
def test_no_miner_outlives_the_demo(tmp_path: Path, ended_by: signal.Signals, code: int) -> None:
    """Ctrl-C stops and reaps every miner; when the demo is killed they end by themselves."""
    mark = str(tmp_path)
    with subprocess.Popen(
        [*DEMO, "--epochs", "50"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, MARK: mark},
    ) as running:
        try:
            wait_until_there_are(9, mark, 60)
            time.sleep(2)
            running.send_signal(ended_by)
            _, said = running.communicate(timeout=20)
        finally:
            running.kill()
    assert running.returncode == code
    assert "Traceback" not in said
    wait_until_there_are(0, mark, 0 if ended_by is signal.SIGINT else 15)


def test_without_the_sdk_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and code 2, not an ImportError."""
    monkeypatch.setattr(demo_command, "find_spec", lambda _name: None)
    assert cli.main(["demo", "--transport", "axon", "--miners", "1"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "pip install 'reasonforge[bittensor]'" in said


def test_a_miner_that_does_not_start_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends instead of serving ends the demo, in a sentence with its last words."""
    monkeypatch.setattr(AxonSubnet, "_transport_of", lambda *_: Echo())
    monkeypatch.setattr(axon_subnet, "PACE", 2.0)  # which no miner's clock takes

    async def go() -> None:
        async with AxonSubnet(1, 1):
            raise AssertionError("it opened")

    with pytest.raises(OperatorError, match=r"miner-01 did not start: ValueError: 'pace' must be <= 1"):
        asyncio.run(go())


@define
class Echo:
    """A transport whose replies take as long as the deadline, and which remembers what it was asked."""

    asked: list[Question] = field(factory=list)

    async def ask(self, requests: Sequence[Request]) -> Sequence[Reply]:
        self.asked += [request.question for request in requests]
        return [Answer({"n": at}, request.question.timeout_seconds) for at, request in enumerate(requests)]

    async def health(self, neurons: Sequence[Neuron]) -> Sequence[Health | Silence]:
        return [Health("ready", frozenset()) for _ in neurons]

    async def notify(self, notices: Sequence[ScoreNotice]) -> int:
        return len(notices)


@pytest.mark.parametrize("pace", [1.0, 0.25, 1 / 64])
def test_time_keeps_its_proportions(pace: float) -> None:
    """A question goes out with `pace` of its deadline, is thought about for all of it, and measured in the story's."""

    async def go() -> None:
        asked = question(1, 64.0)
        echo = Echo()
        (reply,) = await StoryTransport(echo, pace).ask([Request(neuron(0), asked)])
        assert echo.asked == [evolve(asked, timeout_seconds=64.0 * pace)]
        assert reply == Answer({"n": 0}, 64.0)
        heard: list[Question] = []

        async def solve(_caller: Hotkey, given: Question) -> WireFields | Refusal:
            heard.append(given)
            return Refusal("no")

        assert await StorySolve(solve, pace)(Hotkey("a"), echo.asked[0]) == Refusal("no")
        assert heard == [asked]

    asyncio.run(go())


def test_a_story_clock_sleeps_less_and_tells_more() -> None:
    """A sleep of the story's ten seconds at a hundredth's pace takes a tenth, and the clock has gone on by ten."""

    class Real:
        at = 5.0

        def now(self) -> float:
            return 1_000.0 + self.at

        def monotonic(self) -> float:
            return self.at

        async def sleep(self, seconds: float) -> None:
            self.at += seconds

    real = Real()
    clock = StoryClock(real, 0.01)
    before = clock.monotonic()
    asyncio.run(clock.sleep(10.0))
    assert real.at == pytest.approx(5.1)
    assert clock.monotonic() - before == pytest.approx(10.0)
    assert clock.now() == real.now()
    with pytest.raises(ValueError, match="must be"):
        StoryClock(real, 1.5)
