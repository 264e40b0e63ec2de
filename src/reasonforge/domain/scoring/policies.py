"""The policies an operator can choose."""

from reasonforge.domain.errors import OperatorError
from reasonforge.domain.scoring.policy import ScoringPolicy
from reasonforge.domain.scoring.verified import VerifiedPolicy
from reasonforge.domain.scoring.whitepaper import WhitepaperPolicy

VERIFIED: ScoringPolicy = VerifiedPolicy()
WHITEPAPER: ScoringPolicy = WhitepaperPolicy()
DEFAULT_POLICY = VERIFIED
POLICIES = (VERIFIED, WHITEPAPER)


def policy_named(name: str) -> ScoringPolicy:
    """The policy called `name`.

    Raises:
        OperatorError: there is none of that name.
    """
    for policy in POLICIES:
        if policy.name == name:
            return policy
    choices = " or ".join(policy.name for policy in POLICIES)
    raise OperatorError(f"{name!r} is no scoring policy: choose {choices}")
