"""What reasoners behind a paid or self-hosted service share: one dialogue, patience, and learning what it takes."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Generic, Protocol, Self, TypeVar

from reasonforge.adapters.llm.accounting import Meter, Price, Usage
from reasonforge.adapters.llm.dialogue import Message, Said, hold_dialogue
from reasonforge.adapters.llm.http_answers import Answered, Refused
from reasonforge.adapters.llm.retrying import Patience, Setback, persist
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.task import Question


class LearnedDialect(Protocol):
    """Which of an API's parameters a model or server takes; a value, which learns by refusals."""

    def after(self, words: str) -> Self | None:
        """The dialect to try after a refusal in these words; None when they name nothing that could be left out."""
        ...


DialectT = TypeVar("DialectT", bound=LearnedDialect)


class ServiceReasoner(ABC, Generic[DialectT]):
    """A reasoner over an HTTP API. A subclass posts a dialogue in a dialect, and reads what came back.

    One instance belongs to one event loop; close it with `close`.
    """

    def __init__(
        self,
        service: str,
        model: str,
        dialect: DialectT,
        *,
        clock: Clock,
        rng: Random,
        patience: Patience | None,
        prices: Mapping[str, Price],
    ) -> None:
        self._service = service
        self._model = model
        self._dialect = dialect
        self._clock = clock
        self._rng = rng
        self._patience = patience or Patience()
        self._meter = Meter(model, prices)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._model!r})"

    @property
    def name(self) -> str:
        return f"{self._service}/{self._model}"

    @property
    def usage(self) -> Usage:
        """What was used so far."""
        return self._meter.usage

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""

    @abstractmethod
    async def _post(self, messages: Sequence[Message], dialect: DialectT, seconds: float) -> Answered:
        """Send the dialogue; what the service answered within `seconds`, or why it did not."""

    @abstractmethod
    def _read(self, body: Mapping[str, Any]) -> Said | NoAnswer | Setback:
        """What a service's answer says; counts what it used."""

    async def reason(self, question: Question, budget_seconds: float) -> Solution | NoAnswer:
        deadline = self._clock.monotonic() + budget_seconds
        return await hold_dialogue(question, self.speak, self._clock, deadline)

    async def speak(self, messages: Sequence[Message], deadline: float) -> Said | NoAnswer:
        """What the model says to these messages, by `deadline` of the clock, or why it says nothing."""
        return await persist(
            lambda seconds: self._said(messages, seconds), self._clock, self._rng, deadline, self._patience
        )

    async def _said(self, messages: Sequence[Message], seconds: float) -> Said | NoAnswer | Setback:
        while True:
            dialect = self._dialect
            found = await self._post(messages, dialect, seconds)
            if not isinstance(found, Refused):
                return found if isinstance(found, Setback) else self._read(found)
            if self._dialect != dialect:
                continue  # a call beside this one has learned something meanwhile
            lesser = dialect.after(found.words)
            if lesser is None:
                return found.setback
            self._dialect = lesser
