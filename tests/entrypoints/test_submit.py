"""`reasonforge submit`, `watch` and `result` as a user types them, against a gateway of its own."""

import asyncio
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reasonforge import InProcessSubnet
from reasonforge.entrypoints.cli import main
from tests.fake_gateway import KEY, FakeGateway, Trouble, fake_app
from tests.serving import served

PROBLEM = "What is six times seven, in decimal digits?"


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture(autouse=True)
def address(gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The environment names the gateway and the key, as a user's shell does."""
    monkeypatch.chdir(tmp_path)
    with served(fake_app(gateway)) as server:
        monkeypatch.setenv("REASONFORGE_GATEWAY", server.url)
        monkeypatch.setenv("REASONFORGE_API_KEY", KEY)
        yield server.url


def test_a_task_goes_from_submit_by_watch_to_result(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    """Submit prints the id, watch a plain line for each change in a log and then the answer, result the answer."""
    gateway.epoch_seconds = 0.5
    assert main(["submit", PROBLEM, "--domain", "mathematics"]) == 0
    task_id = capsys.readouterr().out.strip()
    assert main(["watch", task_id]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{task_id}: queued for the next epoch"
    assert told[-4:] == ["42", "", "(confidence 0.80, 0.5 s)", "1. six by seven"]
    assert main(["result", task_id, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["status"], document["best_answer"]) == ("completed", "42")


def test_the_problem_comes_from_a_file_or_standard_input(
    gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """--file, and standard input when there is neither; both as UTF-8."""
    file = tmp_path / "problem.txt"
    file.write_text(f"{PROBLEM} ∑\n")
    assert main(["submit", "--file", str(file)]) == 0
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{PROBLEM} π\n".encode())))
    assert main(["submit"]) == 0
    assert [task["problem"] for task in gateway.tasks.values()] == [f"{PROBLEM} ∑", f"{PROBLEM} π"]


def test_exit_codes_say_how_it_ended(gateway: FakeGateway, capsys: pytest.CaptureFixture[str]) -> None:
    """0 answered, 1 failed, 3 not yet, each with its sentence."""
    assert main(["submit", PROBLEM, "--wait"]) == 0
    assert main(["submit", "This is unanswerable, sadly.", "--wait"]) == 1
    assert "failed: no miner answered" in capsys.readouterr().out
    gateway.epoch_seconds = 60
    assert main(["submit", PROBLEM, "--wait", "--for", "0.2"]) == 3
    assert "still queued after 0.2 s; it goes on" in capsys.readouterr().err
    assert main(["result", list(gateway.tasks)[-1]]) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["submit", "short"], "at least 10 characters"),
        (["submit", PROBLEM, "--difficulty", "11"], "less than or equal to 10"),
        (["submit", PROBLEM, "--domain", "alchemy"], "'alchemy' is not one of"),
        (["submit", PROBLEM, "--gateway", "localhost"], "looks like https://"),
        (["submit", PROBLEM, "--key-file", "nowhere"], "cannot be read: No such file"),
        (["submit", PROBLEM, "--file", "nowhere"], "not both"),
        (["submit", "--file", "nowhere"], "cannot be read: No such file"),
        (["submit", PROBLEM, "--key", KEY], "No such option"),
        (["result", "nobody's"], "no task"),
        (["watch", ".."], "is no task"),
    ],
)
def test_a_caller_s_mistake_is_one_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one line on standard error."""
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert says in told.err
    assert told.err.count("\n") == 1


def test_a_key_is_needed_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without a key, with a wrong one and with a file of garbage: 2, and the key is not in what is said."""
    file = tmp_path / "key"
    for content in ("rf_wrong_secret", "rf_with space", "x" * 5_000):
        file.write_text(content)
        assert main(["submit", PROBLEM, "--key-file", str(file)]) == 2
        assert content not in capsys.readouterr().err
    file.write_text(f"{KEY}\n")
    monkeypatch.delenv("REASONFORGE_API_KEY")
    assert main(["submit", PROBLEM]) == 2
    assert "set REASONFORGE_API_KEY or give --key-file" in capsys.readouterr().err
    assert main(["submit", PROBLEM, "--key-file", str(file)]) == 0


def test_a_gateway_s_trouble_is_no_mistake_of_the_caller(
    gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quota that is used up is 1, said in one sentence."""
    gateway.trouble = Trouble(429, 9, "86400")
    assert main(["submit", PROBLEM]) == 1
    assert capsys.readouterr().err == "reasonforge: in trouble (429)\n"


def test_the_subnet_is_watched_without_a_key(
    gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Watch without a task prints the events, a line each, from the one after --after."""
    monkeypatch.delenv("REASONFORGE_API_KEY")

    async def run() -> None:
        async with InProcessSubnet(validators=1, miners=3, seed=3) as subnet:
            gateway.tell((await subnet.run_epochs(1)).epochs[0])

    asyncio.run(run())
    assert main(["watch", "--after", "0", "--events", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [["1", "epoch_started"], ["2", "task_scored"]]
    assert main(["watch", "--after", "1", "--events", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == gateway.events[1]
