"""Lines of a log: JSON that parses, words on a terminal, other libraries' words, and no secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.telemetry.structured_log import LogSettings, StructuredLog

HOSTILE = '\x1b[2J\r\n{"level": "info"}\u202e\ud800\x00' + "x" * 1_000_000
SECRET = "correct-horse-battery"  # noqa: S105 - nobody's

NOW = MemoryClock().now()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def undisturbed() -> Iterator[None]:
    """What a test does to the standard library's loggers is undone."""
    names = ["", "uvicorn", "uvicorn.error", "uvicorn.access", "bittensor", "sqlalchemy", "httpx", "alembic",
             "httpcore", "hpack", "h11", "urllib3", "openai", "anthropic", "websockets", "asyncio"]  # fmt: skip
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, one.level, list(one.handlers), one.propagate) for one in loggers]
    yield
    for one, level, handlers, propagate in before:
        one.setLevel(level)
        one.handlers[:] = handlers
        one.propagate = propagate


def log(stream: io.StringIO, *, as_json: bool = True, debug: bool = False) -> StructuredLog:
    return StructuredLog(stream, MemoryClock(), LogSettings(as_json, debug=debug, secrets=(SECRET,)))


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_in_the_order_of_reading() -> None:
    """When, how bad, who, what, where, and then the figures; what is None is not told."""
    stream = io.StringIO()
    told = log(stream)
    told.bind(neuron_type="validator")
    told.bind(uid=3)
    told.line("task scored", right=2, task="1/4", epoch=7, nothing=None)
    (line,) = lines(stream)
    assert list(line) == ["at", "level", "neuron_type", "uid", "event", "epoch", "task", "right"]
    assert line == {
        "at": NOW, "level": "info", "neuron_type": "validator", "uid": 3, "event": "task scored",
        "epoch": 7, "task": "1/4", "right": 2,
    }  # fmt: skip


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("debug", [True, False])
def test_hostile_text_stays_within_its_line(as_json: bool, debug: bool) -> None:
    """In the event, in a figure, in a list, in a name: one short line, nothing that a terminal obeys."""
    stream = io.StringIO()
    log(stream, as_json=as_json, debug=debug).line(HOSTILE, said=HOSTILE, many=[HOSTILE] * 3, deep={HOSTILE: HOSTILE})
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.endswith("\n")
    assert written[:-1].isprintable()
    assert len(written) < 10_000


def test_words_on_a_terminal_are_coloured_and_elsewhere_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours only for eyes, and not where NO_COLOR asks for none."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        log(stream, as_json=False).line("weights", "urgent", outcome="set")
    assert "\x1b[" in terminal.getvalue()
    assert "\x1b[" not in pipe.getvalue()
    for stream in (terminal, pipe):
        assert "weights" in stream.getvalue()
        assert "urgent" in stream.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    log(plain, as_json=False).line("weights")
    assert "\x1b[" not in plain.getvalue()


def test_secrets_are_shown_nowhere() -> None:
    """Neither those that are known, wherever they stand, nor what a name or its looks give away."""
    stream = io.StringIO()
    log(stream).line(
        f"could not use {SECRET}",
        api_key="anything",
        nested={"password": "anything", "url": f"http://u:{SECRET}@host/"},
        error=ValueError(f"bad {SECRET}"),
        header="Authorization: Bearer abcdef123456",
    )
    written = stream.getvalue()
    for secret in (SECRET, "anything", "abcdef123456"):
        assert secret not in written
    assert lines(stream)[0]["event"] == "could not use …"


def test_other_libraries_are_told_in_our_form_and_without_secrets() -> None:
    """Their warnings are lines of ours; their chatter only where debugging is asked for."""
    stream = io.StringIO()
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(stream))
    log(stream).adopt_others()
    logging.getLogger("uvicorn.error").warning("odd request %s", "GET /\r\nX: y")
    logging.getLogger("httpx").info("HTTP Request: POST https://api.openai.com")
    logging.getLogger("sqlalchemy.engine").error("query failed", exc_info=OSError(f"refused with {SECRET}"))
    assert lines(stream) == [
        {"at": NOW, "level": "warning", "event": r"odd request GET /\r\nX: y", "logger": "uvicorn.error"},
        {"at": NOW, "level": "error", "event": "query failed", "logger": "sqlalchemy.engine",
         "error": "OSError: refused with …"},
    ]  # fmt: skip


def test_debugging_shows_chatter_but_no_headers() -> None:
    """With --logging.debug libraries tell from DEBUG up, but those that would tell every header."""
    stream = io.StringIO()
    log(stream, debug=True).adopt_others()
    logging.getLogger("httpx").debug("looked up a proxy")
    logging.getLogger("httpcore.http11").debug("send_request_headers headers=[(b'X-Custom', b'value-of-a-key')]")
    logging.getLogger("openai._base_client").debug("Request options: {'headers': {'X-Custom': 'value-of-a-key'}}")
    assert [line["event"] for line in lines(stream)] == ["looked up a proxy"]


def test_who_was_silenced_by_another_library_is_heard_again() -> None:
    """The chain's SDK turns down every logger that it finds; warnings of the others are ours to tell all the same."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    logging.getLogger("websockets.client").disabled = True
    stream = io.StringIO()
    log(stream).adopt_others()
    logging.getLogger("uvicorn.error").warning("odd request")
    logging.getLogger("websockets.client").warning("closed")
    assert [line["event"] for line in lines(stream)] == ["odd request", "closed"]


def test_arguments_that_do_not_fit_lose_nothing() -> None:
    """A library's own mistake in its log is told as far as it goes, and ends nothing."""
    stream = io.StringIO()
    log(stream).adopt_others()
    logging.getLogger("bittensor").warning("%d miners", "three")
    assert lines(stream)[0]["event"] == "%d miners"


def test_a_stream_that_is_closed_ends_nothing() -> None:
    """A log that nobody reads any more is no reason to stop."""
    stream = io.StringIO()
    told = log(stream)
    stream.close()
    told.line("still here")


def test_what_is_followed_is_told_with_every_line() -> None:
    """Such as the ids of a trace, as they are at that moment."""
    stream = io.StringIO()
    told = log(stream)
    ids = {"trace_id": "a"}
    told.follow(lambda: ids)
    told.line("one")
    ids["trace_id"] = "b"
    told.line("two", trace_id="own")
    told.line("three")
    assert [line["trace_id"] for line in lines(stream)] == ["a", "own", "b"]
