"""Success criteria of the plan: the mechanism's own."""

import asyncio
import random
from typing import Any

import pytest
from attrs import evolve

from reasonforge.adapters.memory.access_keys import MemoryAccessKeys
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.embedder import HashingEmbedder
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.application.gateway.authenticate import Authenticate
from reasonforge.application.gateway.refusals import Unauthenticated
from reasonforge.application.miner.admit_caller import AdmitCaller
from reasonforge.application.ports.access_tokens import TokenClaims
from reasonforge.application.ports.transport import Refusal
from reasonforge.application.validator.compare_replies import CompareReplies
from reasonforge.domain.access_key import AccessKey, KeyId, Tier, digest_of, key_text
from reasonforge.domain.anomaly import too_fast
from reasonforge.domain.engine import ScoringEngine
from reasonforge.domain.flag import FlagKind
from reasonforge.domain.identity import RAO_PER_TAO, Coldkey, EpochNumber, Hotkey, QueryId, Rao
from reasonforge.domain.metagraph import Hyperparameters
from reasonforge.domain.receive import receive, wire_fields
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.similarity import BatchText, SimilarityMode, SimilarityRules
from reasonforge.domain.submission import DEFAULT_LIMITS, ReasoningStep, Submission

QUERY = QueryId("a" * 32)
PROOF = (
    "Let us call the two numbers x and y, whose sum is twelve and whose difference is two.",
    "Adding both equations we get twice x equals fourteen, so that x has to be seven.",
    "Then y is twelve minus seven, which is five, and the product of both is thirty-five.",
)
OTHER = (
    "Suppose the tank holds ninety litres and the pump moves six litres every minute.",
    "Dividing ninety by six tells that a quarter of an hour is needed to empty it.",
)


def test_formulas() -> None:
    """Formulas: the whitepaper's own figures come out of Eq. 1 to 4, 9 and 5 one after the other."""
    miners, validators = ScoringEngine.split_emission(100.0)
    cms = ScoringEngine.compute_cms(DimensionScores(0.9, 0.8, 0.6, 0.7))
    s_epoch = ScoringEngine.compute_s_epoch([cms, 0.0], [1.0, 2.0], 1.0)
    assert (miners, validators) == (90.0, 10.0)
    assert cms == pytest.approx(0.4 * 0.9 + 0.3 * 0.8 + 0.15 * 0.6 + 0.15 * 0.7)
    assert s_epoch == pytest.approx(cms / 2)
    assert ScoringEngine.compute_peb(1, 4) == pytest.approx(0.4)


def test_dimension_scores() -> None:
    """Dimension scores: each stays in [0, 1], and nothing else can be made."""
    assert DimensionScores(0.5, 0.5, 0.5, 0.9).scaled(2.0) == DimensionScores(1.0, 1.0, 1.0, 1.0)
    for wrong in (-0.1, 1.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="quality"):
            DimensionScores(wrong, 0.5, 0.5, 0.5)


@pytest.mark.parametrize("mode", list(SimilarityMode))
def test_similarity_above_the_threshold_is_found(mode: SimilarityMode) -> None:
    """Similarity above 0.95 found: a copy pays, its source and an honest stranger do not; whatever mode is set."""
    rules = SimilarityRules(mode=mode)
    batch = [
        BatchText(Hotkey("first"), PROOF, 1.0),
        BatchText(Hotkey("stranger"), OTHER, 2.0),
        BatchText(Hotkey("copier"), PROOF, 3.0),
    ]
    compare = CompareReplies(HashingEmbedder(), rules)
    found = asyncio.run(compare("Solve it.", batch, (), EpochNumber(1), random.Random(1))).likenesses
    assert [one.penalised for one in found] == [False, False, True]
    assert max(found[2].embedding, found[2].fingerprint) > 0.95


class NoTokens:
    """A gateway that nobody exchanged a key at."""

    def issue(self, claims: TokenClaims, now: float) -> str:
        return f"{claims.key}.{claims.generation}.{now}"

    def read(self, _token: str, _now: float) -> TokenClaims | None:
        return None


def test_invalid_api_keys_are_rejected() -> None:
    """Invalid API keys rejected: the real one is let in; another secret, another id, none and a revoked one are not."""
    pepper = b"p" * 32
    identity = KeyId("a" * 18)
    text = key_text(identity, bytes(32))

    async def go() -> None:
        keys = MemoryAccessKeys()
        kept = AccessKey(identity, "alice", "", Tier.FREE, digest_of(pepper, text), 1, 0.0)
        await keys.add(kept)
        authenticate = Authenticate(keys, NoTokens(), MemoryClock(), pepper)
        assert await authenticate(text) == kept
        wrong = [key_text(identity, b"\x01" * 32), key_text(KeyId("b" * 18), bytes(32)), "", "rf_", "a.b.c", "\ud800"]
        for given in wrong:
            with pytest.raises(Unauthenticated):
                await authenticate(given)
        await keys.revoke(identity, 1.0)
        with pytest.raises(Unauthenticated):
            await authenticate(text)

    asyncio.run(go())


def handed_in(**changes: Any) -> Submission | Silence:
    """What a validator makes of an answer whose fields were altered after they were hashed."""
    step = ReasoningStep(1, "Six sevens are 42.", "", 0.75)
    return receive({**wire_fields(QUERY, steps=[step], final_answer="42"), **changes}, QUERY)


def test_oversized_submissions_are_truncated() -> None:
    """Oversized submissions truncated, not crashed: steps and texts beyond the limits are cut, and it is noted."""
    steps = [ReasoningStep(number, "x" * 99, "", 0.5) for number in range(1, 10)]
    small = evolve(DEFAULT_LIMITS, steps=3, step_characters=10, answer_characters=5)
    found = receive(wire_fields(QUERY, steps=steps, final_answer="y" * 999), QUERY, small)
    assert isinstance(found, Submission)
    assert [step.reasoning for step in found.steps] == ["x" * 10] * 3
    assert found.final_answer == "y" * 5
    assert found.notes
    whole = handed_in(final_answer="y" * (DEFAULT_LIMITS.message_bytes + 1))
    assert isinstance(whole, Silence)
    assert whole.reason is SilenceReason.TOO_LARGE


def test_suspiciously_fast_replies_are_flagged() -> None:
    """Suspiciously fast replies flagged: below half a second a level of difficulty, and not at it."""
    flag = too_fast(Hotkey("m"), 6, 2.9)
    assert flag is not None
    assert flag.kind is FlagKind.TOO_FAST
    assert too_fast(Hotkey("m"), 6, 3.0) is None


@pytest.mark.parametrize("changes", [{"final_answer": "43"}, {"submission_hash": "0" * 64}, {"submission_hash": None}])
def test_invalid_hashes_are_detected(changes: dict[str, Any]) -> None:
    """Invalid hashes detected: an answer altered on its way, another hash and none at all are no answer."""
    assert isinstance(handed_in(), Submission)
    found = handed_in(**changes)
    assert isinstance(found, Silence)
    assert found.reason is SilenceReason.HASH_MISMATCH


def admission(calls: int) -> AdmitCaller:
    """A miner's door on a subnet with two validators, and a neuron without a permit."""
    subnet = MemoryLedger(Hyperparameters(tempo=50, max_validators=2))
    for name, stake in (("miner", 0), ("v1", 1000), ("v2", 900), ("idle", 1)):
        subnet.add_founder(Hotkey(name), Coldkey(f"cold {name}"), Rao(stake * RAO_PER_TAO))
    return AdmitCaller(MemoryChain(subnet, Hotkey("miner")), MemoryClock(), 0.0, calls, window_seconds=60.0)


def test_one_uid_cannot_flood() -> None:
    """One uid cannot flood: beyond its rate it is refused, and nobody else is."""

    async def go() -> None:
        admit = admission(3)
        told = [await admit(Hotkey("v1")) for _ in range(50)]
        assert told[:3] == [None] * 3
        assert all(isinstance(one, Refusal) for one in told[3:])
        assert await admit(Hotkey("v2")) is None

    asyncio.run(go())


def test_a_miner_refuses_non_validators() -> None:
    """A miner refuses non-validators: who has no permit, and who is not registered, is not worked for."""

    async def go() -> None:
        admit = admission(100)
        assert await admit(Hotkey("v1")) is None
        assert await admit(Hotkey("idle")) == Refusal("no validator permit")
        assert await admit(Hotkey("stranger")) == Refusal("not registered on this subnet")

    asyncio.run(go())
