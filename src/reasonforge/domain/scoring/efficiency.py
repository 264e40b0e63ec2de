"""The dimension both policies share: how fast the answer came, by the validator's clock."""

from reasonforge.domain.numbers import finite, nonnegative

TOO_FAST = 0.01
"""Share of the timeout below which an answer was hardly reasoned out."""
TOO_FAST_SCORE = 0.2


def efficiency(elapsed_seconds: float, timeout_seconds: float) -> float:
    """With r = elapsed/timeout: 0.2 for r < 0.01, 0 for r > 1, otherwise 1 − r/2; in [0, 1].

    `elapsed_seconds` ≥ 0 as measured, `timeout_seconds` > 0; anything else is a ValueError.

    >>> efficiency(60.0, 300.0), efficiency(1.0, 300.0), efficiency(301.0, 300.0)
    (0.9, 0.2, 0.0)
    """
    elapsed = nonnegative(elapsed_seconds, "the elapsed time")
    timeout = finite(timeout_seconds, "the timeout")
    if timeout <= 0:
        message = f"the timeout must be above 0 s, and is {timeout_seconds!r}"
        raise ValueError(message)
    if elapsed > timeout:
        return 0.0
    ratio = elapsed / timeout
    return TOO_FAST_SCORE if ratio < TOO_FAST else 1.0 - ratio / 2.0
