"""Families whose checks draw inputs: a task's come from its secret seed, so that no statement gives them away."""

import hashlib
from copy import copy
from typing import Any, Self

from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.domain.errors import ValidatorFault

_ATTEMPTS = 64


class HiddenInputs:
    """A family that tests programs on inputs, or holds claims against models or samples, that it draws itself.

    Without a secret, what it draws belongs to the statement: so does a miner who has our source, and so do generating
    and reading, which have nothing else to go by. `under` a secret it draws other inputs, for the answer and artefacts
    of a task, which only who knows the task's seed can draw again.
    """

    secret: str = ""

    def under(self, secret: str) -> Self:
        """The same family, drawing under a secret."""
        other = copy(self)
        other.secret = secret
        return other

    def tells(self, instance: Any) -> bool:  # noqa: ARG002 - for those whose inputs may tell nothing
        """Whether the inputs under this secret find out what those without one do."""
        return True


def with_secret_inputs(family: AnyFamily, instance: Any, name: str) -> AnyFamily:
    """The family to take a task's answer and artefacts from. `name` is all that the task is generated from, its secret
    seed included: the inputs follow from it, and it does not follow from them.

    Raises:
        ValidatorFault: no inputs tell right from wrong, which is an error in the family.
    """
    if not isinstance(family, HiddenInputs):
        return family
    for attempt in range(_ATTEMPTS):
        keyed = family.under(hashlib.sha256(f"hidden inputs {attempt} of {name}".encode()).hexdigest())
        if keyed.tells(instance):
            return keyed
    message = f"no inputs of family {family.name} tell right from wrong in {_ATTEMPTS} attempts; report the family"
    raise ValidatorFault(message)
