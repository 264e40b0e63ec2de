"""What can go wrong on the way, as rules on bytes and time that a seed decides."""

import hashlib
import json
from collections.abc import Callable
from random import Random
from typing import Any

from attrs import field, frozen

from reasonforge.domain.identity import Hotkey
from reasonforge.domain.numbers import unit

_SHORTEST_DELAY, _LONGEST_DELAY = 0.05, 1.25
_MOST_FLIPPED_BYTES = 3
_RATES = ("drop", "delay", "duplicate", "reorder", "truncate", "corrupt", "lie_about_time", "wrong_hash")


def seeded(*names: object) -> Random:
    """Randomness that belongs to what is named, whenever and in whatever order it is asked for."""
    message = json.dumps([str(name) for name in names]).encode()
    return Random(int.from_bytes(hashlib.sha256(message).digest(), "big"))


@frozen
class Mishaps:
    """What befalls one call.

    Attributes:
        drop_question: it never reaches the miner.
        drop_reply: the miner works in vain.
        delay_share: of the deadline, added to the way back; 0 for none.
        duplicate: the question is delivered twice; the second reply goes nowhere.
        overtaken: the next reply of the batch arrives before this one.
        rng: for the details of the rules on bytes.
    """

    rng: Random
    drop_question: bool = False
    drop_reply: bool = False
    delay_share: float = 0.0
    duplicate: bool = False
    overtaken: bool = False
    truncate: bool = False
    corrupt: bool = False
    lie_about_time: bool = False
    wrong_hash: bool = False

    def befall(self, body: bytes) -> bytes:
        """The reply's bytes as they arrive."""
        if self.lie_about_time:
            body = _altered(body, _claim_another_time, self.rng)
        if self.wrong_hash:
            body = _altered(body, _break_the_seal, self.rng)
        if self.corrupt:
            body = corrupted(body, self.rng)
        if self.truncate:
            body = truncated(body, self.rng)
        return body


@frozen
class FaultPlan:
    """How often each fault happens to a call, each a probability in [0, 1] and independent of the others.

    Whether a fault happens to a call is decided by (seed, fault, validator, call) alone, so that neither the order of
    the calls nor another fault's rate changes it, and raising a rate only adds calls to those that it befalls.

    Attributes:
        drop: the question or the reply is lost, one as often as the other.
        delay: the reply comes 5 % to 125 % of the deadline later.
        duplicate: the miner gets the question twice, the validator one reply.
        reorder: a reply is overtaken by the one behind it.
        truncate: the reply's end is missing.
        corrupt: one to three bytes of the reply are others.
        lie_about_time: `time_taken_ms` says something else, which no hash covers.
        wrong_hash: `submission_hash` or something that it covers was changed after hashing.
        seed: the same plan and seed give the same faults.
    """

    drop: float = field(default=0.0, validator=unit)
    delay: float = field(default=0.0, validator=unit)
    duplicate: float = field(default=0.0, validator=unit)
    reorder: float = field(default=0.0, validator=unit)
    truncate: float = field(default=0.0, validator=unit)
    corrupt: float = field(default=0.0, validator=unit)
    lie_about_time: float = field(default=0.0, validator=unit)
    wrong_hash: float = field(default=0.0, validator=unit)
    seed: int = 0

    def mishaps(self, validator: Hotkey, call: str) -> Mishaps:
        """What befalls this validator's call; `call` is unique to it (a query id)."""
        happens = {name: self._rng(name, validator, call).random() < getattr(self, name) for name in _RATES}
        details = self._rng("details", validator, call)
        loses_question = details.random() < 0.5
        delay_share = details.uniform(_SHORTEST_DELAY, _LONGEST_DELAY)
        return Mishaps(
            rng=details,
            drop_question=happens["drop"] and loses_question,
            drop_reply=happens["drop"] and not loses_question,
            delay_share=delay_share if happens["delay"] else 0.0,
            duplicate=happens["duplicate"],
            overtaken=happens["reorder"],
            truncate=happens["truncate"],
            corrupt=happens["corrupt"],
            lie_about_time=happens["lie_about_time"],
            wrong_hash=happens["wrong_hash"],
        )

    def _rng(self, *names: object) -> Random:
        return seeded("faults", self.seed, *names)


NO_FAULTS = FaultPlan()


def truncated(body: bytes, rng: Random) -> bytes:
    """`body` without at least its last byte."""
    return body[: rng.randrange(len(body))] if body else body


def corrupted(body: bytes, rng: Random) -> bytes:
    """`body` with one to three bytes changed, wherever they are."""
    if not body:
        return body
    changed = bytearray(body)
    for position in rng.sample(range(len(body)), min(len(body), rng.randint(1, _MOST_FLIPPED_BYTES))):
        changed[position] ^= rng.randint(1, 255)
    return bytes(changed)


def _altered(body: bytes, change: Callable[[dict[str, Any], Random], None], rng: Random) -> bytes:
    """`body` with its JSON object changed; one that is no JSON object has nothing to lie about."""
    try:
        fields = json.loads(body)
        if isinstance(fields, dict):
            change(fields, rng)
        return json.dumps(fields).encode()
    except (ValueError, RecursionError):
        return body


def _claim_another_time(fields: dict[str, Any], rng: Random) -> None:
    fields["time_taken_ms"] = round(10 ** rng.uniform(0, 3.3), 3)


def _break_the_seal(fields: dict[str, Any], rng: Random) -> None:
    target = rng.choice(("submission_hash", "final_answer", "task_id"))
    text = str(fields.get(target) or "0")
    position = rng.randrange(len(text))
    # Hexadecimal for hexadecimal, and never what stood there.
    other = rng.choice([digit for digit in "0123456789abcdef" if digit != text[position].lower()])
    fields[target] = text[:position] + other + text[position + 1 :]
