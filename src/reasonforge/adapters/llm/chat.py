from collections.abc import Sequence
from typing import Protocol

from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.application.ports.reasoner import NoAnswer


class Chat(Protocol):
    """A language model one can talk to, whoever runs it. Its `speak` is what `hold_dialogue` takes.

    Promises of `speak`: what the model wrote, or why it wrote nothing; never an exception for what a service or a
    model does; it has stopped when `clock.monotonic()` of its clock passes `deadline`.
    """

    @property
    def name(self) -> str:
        """Backend and model."""
        ...

    async def speak(self, messages: Sequence[Message], deadline: float) -> Said | NoAnswer: ...
