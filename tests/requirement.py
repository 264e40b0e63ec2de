"""What a test needs beside the package itself: skipped where it is missing, unless the run promises it is there."""

import os

import pytest


def require(kind: str, available: bool, reason: str) -> None:
    """Skip the test when `available` is False; fail it when the environment's RF_REQUIRE names `kind`.

    RF_REQUIRE is a comma-separated list of kinds (`model`, …) that a run says it has, so that a gate that is meant
    to run a test can never pass by skipping it.
    """
    if available:
        return
    promised = [name.strip() for name in os.environ.get("RF_REQUIRE", "").split(",")]
    if kind in promised:
        pytest.fail(f"RF_REQUIRE promises {kind}, and {reason}")
    pytest.skip(reason)
