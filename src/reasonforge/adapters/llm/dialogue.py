"""One question to a language model: a reply, and one repair where it could not be used."""

from collections.abc import Awaitable, Callable, Sequence

from attrs import frozen

from reasonforge.adapters.llm.parsing import Repair, read_reply, unusable
from reasonforge.adapters.llm.prompts import prompt_for, repair_prompt
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.reasoner import NoAnswer, Solution
from reasonforge.domain.task import Question

LEAST_SECONDS_FOR_REPAIR = 2.0
_SHOWN_CHARACTERS = 20_000


@frozen
class Message:
    """One turn: `role` is system, user or assistant."""

    role: str
    text: str


@frozen
class Said:
    """What the model wrote; `is_whole` is False where its tokens ended before it did."""

    text: str
    is_whole: bool = True


Speak = Callable[[Sequence[Message], float], Awaitable[Said | NoAnswer]]
"""Messages and the monotonic moment at which time is over → what the model said, or why it said nothing."""


async def hold_dialogue(question: Question, speak: Speak, clock: Clock, deadline: float) -> Solution | NoAnswer:
    """Ask; read the reply; where it cannot be used, show the model what was wrong with it and ask once more.

    `speak` keeps to the deadline (of `clock.monotonic()`) itself. A repair is asked for only while at least two
    seconds are left.
    """
    prompt = prompt_for(question)
    messages = [Message("system", prompt.system), Message("user", prompt.user)]
    first = await speak(messages, deadline)
    if isinstance(first, NoAnswer):
        return first
    outcome = _outcome(first, question)
    if not isinstance(outcome, Repair):
        return outcome
    if deadline - clock.monotonic() < LEAST_SECONDS_FOR_REPAIR:
        return unusable(outcome)
    # An assistant's turn must not be empty for either service.
    shown = Message("assistant", first.text[:_SHOWN_CHARACTERS].strip() or "(nothing)")
    second = await speak([*messages, shown, Message("user", repair_prompt(outcome.fault))], deadline)
    if isinstance(second, NoAnswer):
        return second
    repaired = _outcome(second, question)
    return unusable(repaired) if isinstance(repaired, Repair) else repaired


def _outcome(said: Said, question: Question) -> Solution | NoAnswer | Repair:
    outcome = read_reply(said.text, question)
    if isinstance(outcome, Repair) and not said.is_whole:
        return Repair("it was longer than the tokens allowed for it and is cut off; write fewer and shorter steps")
    return outcome
