"""One log a process, a line a happening: JSON for machines, colours for people, other libraries' words included."""

import logging
import os
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, TextIO, cast

import structlog
from attrs import frozen

from reasonforge.adapters.telemetry.excerpt import HIDDEN, Excerpt, names_secret
from reasonforge.application.ports.clock import Clock

FIRST = ("at", "level", "neuron_type", "uid", "event", "epoch", "task")
"""The order in which a line tells, before everything else."""
THIRD_PARTIES = ("uvicorn", "uvicorn.error", "uvicorn.access", "bittensor", "sqlalchemy", "httpx", "alembic")
"""Loggers that libraries give handlers of their own."""
_MOST_ITEMS, _MOST_DEPTH = 32, 4
_HEADERS_AND_ALL = ("httpcore", "hpack", "h11", "urllib3", "openai", "anthropic", "websockets", "asyncio")
"""They tell every header or byte at DEBUG, keys among them: never below INFO, whatever is asked for."""


@frozen
class LogSettings:
    """How a process tells.

    Attributes:
        as_json: one object a line; else words, in colours where the stream is a terminal.
        debug: other libraries from DEBUG up; else from WARNING.
        secrets: values that no line may show.
    """

    as_json: bool
    debug: bool = False
    secrets: Sequence[str] = ()


class StructuredLog:
    """Writes lines to a stream. One that cannot be written to is no reason to stop."""

    def __init__(self, stream: TextIO, clock: Clock, settings: LogSettings) -> None:
        self._excerpt = Excerpt(tuple(settings.secrets))
        self.debug = settings.debug
        self._context: Callable[[], Mapping[str, Any]] = dict
        colours = stream.isatty() and "NO_COLOR" not in os.environ
        render: Any = (
            structlog.processors.JSONRenderer(default=str)
            if settings.as_json
            else structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="at", pad_event_to=24)
        )

        def date(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
            line["at"] = clock.now() if settings.as_json else _time_of_day(clock.now())
            return line

        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(cast("TextIO", _Sturdy(stream))),
            processors=[self._with_context, date, self._shown, _ordered, render],
            wrapper_class=structlog.BoundLogger,
            cache_logger_on_first_use=False,
        )

    def bind(self, **figures: Any) -> None:
        """Every line from now on tells these too."""
        self._logger = self._logger.bind(**figures)

    def follow(self, context: Callable[[], Mapping[str, Any]]) -> None:
        """Every line from now on also tells what this gives at that moment, such as the ids of a trace."""
        self._context = context

    def line(self, event: str, level: str = "info", **figures: Any) -> None:
        """One line; `level` is a word."""
        told = {name: figure for name, figure in figures.items() if figure is not None}
        self._logger.msg(event, level=level, **told)

    def adopt_others(self) -> None:
        """Take over what the standard library's loggers tell; again after a library has given them handlers."""
        root = logging.getLogger()
        root.handlers[:] = [_Foreign(self, logging.DEBUG if self.debug else logging.WARNING)]
        root.setLevel(logging.DEBUG if self.debug else logging.WARNING)
        for logger in list(logging.Logger.manager.loggerDict.values()):
            if isinstance(logger, logging.Logger):  # the chain's SDK silences all that it finds
                logger.disabled = False
                logger.setLevel(logging.NOTSET)
        for name in THIRD_PARTIES:
            logger = logging.getLogger(name)
            logger.handlers[:] = []
            logger.propagate = True
        for name in _HEADERS_AND_ALL:
            logging.getLogger(name).setLevel(logging.INFO if self.debug else logging.WARNING)

    def _with_context(self, _logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, figure in self._context().items():
            line.setdefault(name, figure)
        return line

    def _shown(self, _logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {name: HIDDEN if names_secret(name) else self._safe(value, 0) for name, value in line.items()}

    def _safe(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self._excerpt(value)
        if isinstance(value, Mapping) and depth < _MOST_DEPTH:
            pairs = list(value.items())[:_MOST_ITEMS]
            return {
                self._excerpt(str(name)): HIDDEN if names_secret(str(name)) else self._safe(one, depth + 1)
                for name, one in pairs
            }
        if isinstance(value, list | tuple | set | frozenset) and depth < _MOST_DEPTH:
            return [self._safe(one, depth + 1) for one in list(value)[:_MOST_ITEMS]]
        return self._excerpt(str(value))


class _Foreign(logging.Handler):
    """Another library's words, as a line of ours."""

    def __init__(self, log: StructuredLog, level: int) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):  # arguments that do not fit its own format
            said = str(record.msg)
        failure = record.exc_info[1] if record.exc_info else None
        why = None if failure is None else f"{type(failure).__name__}: {failure}"
        self._log.line(said, record.levelname.lower(), logger=record.name, error=why)


class _Sturdy:
    """A stream whose loss (a closed pipe, a full disk) ends nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except (OSError, ValueError):
            return

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return


def _ordered(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    first = {name: line[name] for name in FIRST if name in line}
    return {**first, **{name: value for name, value in line.items() if name not in first}}


def _time_of_day(now: float) -> str:
    seconds = int(now) % 86_400
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
