"""Values that labels may have. What is not among them is `other`: a label must never be a stranger's to choose."""

from collections.abc import Collection

from reasonforge.domain.parameters import DEFAULT_PARAMETERS

OTHER = "other"
KNOWN_CHECKS = frozenset(name for table in DEFAULT_PARAMETERS.check_weights.values() for name in table) | {"steps"}

SCORE_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
ANSWER_BUCKETS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0)
"""Seconds from question to answer; a task's deadline is 300 s by default."""
CHECK_BUCKETS = (0.001, 0.01, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def known(value: str, allowed: Collection[str]) -> str:
    """`value` where it is allowed.

    >>> known("steps", KNOWN_CHECKS), known("steps of my own", KNOWN_CHECKS)
    ('steps', 'other')
    """
    return value if value in allowed else OTHER
