"""What families that ask for artefacts share: solutions that end in a slip, and seeds that belong to a statement."""

import hashlib
from collections.abc import Mapping
from typing import Any

from attrs import evolve

from reasonforge.adapters.tasks.family import WorkedSolution

_SEED_BYTES = 6


def ended_in(worked: WorkedSolution, slip: str, artifact: Mapping[str, Any]) -> WorkedSolution:
    """A solution with another final answer and artefacts: what its last line should have computed is not there."""
    unfinished = tuple(evolve(line, facts="", claims=()) for line in worked.lines[-1:])
    return evolve(worked, final_answer=slip, lines=(*worked.lines[:-1], *unfinished), artifact=dict(artifact))


def seed_of(statement: str, secret: str) -> int:
    """A seed in [0, 2⁴⁸) for whatever a check of this statement draws; the same wherever both are known."""
    return int.from_bytes(hashlib.sha256(f"artefact: {secret}/{statement}".encode()).digest()[:_SEED_BYTES], "big")
