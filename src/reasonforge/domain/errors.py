"""Failures that are somebody's to mend, sorted by whose.

    ReasonForgeError
    ├── OperatorError          settings, paths, missing tools: the person at the keyboard
    ├── ChainError
    │   ├── ChainRefused       the chain answered no, and trying again unchanged will not help
    │   └── ChainUnreachable   no answer in time; later may do
    ├── ValidatorFault         a checker, a sandbox or a store of ours is down; costs no miner anything
    │   └── StoreFault         what must survive could not be written or read
    └── CallerError            a gateway caller's request

A miner's failure is never an exception: it is a `Silence` (reply.py) or a failed check (verdict.py).
"""


class ReasonForgeError(Exception):
    """Its message is one sentence that says what is wrong and what to do."""


class OperatorError(ReasonForgeError):
    """The operator can mend it: a flag, a path, a missing tool."""


class ChainError(ReasonForgeError):
    """The chain did not do what it was asked."""


class ChainRefused(ChainError):  # noqa: N818 - named for what happened, as §2.7 has it
    """The chain answered no; the message carries its reason."""


class ChainUnreachable(ChainError):  # noqa: N818 - as above
    """No answer within the deadline."""


class ValidatorFault(ReasonForgeError):  # noqa: N818 - named for the blame, as §2.7 has it
    """Something on the validator's side is broken. It is reported, and never scored against a miner."""


class StoreFault(ValidatorFault):
    """What must survive could not be written or read."""


class CallerError(ReasonForgeError):
    """A caller's request cannot be served as it is."""
