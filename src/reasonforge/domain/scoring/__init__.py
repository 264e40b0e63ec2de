"""From a reply and what was found out about it to its four dimensions (1-mechanism §1.5), one idea a module."""

from reasonforge.domain.scoring.policies import DEFAULT_POLICY, POLICIES, VERIFIED, WHITEPAPER, policy_named
from reasonforge.domain.scoring.policy import ScoringPolicy

__all__ = ["DEFAULT_POLICY", "POLICIES", "VERIFIED", "WHITEPAPER", "ScoringPolicy", "policy_named"]
