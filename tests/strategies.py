"""Hypothesis strategies for the domain's values: small, whole, and as odd as the types allow."""

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from reasonforge.domain.answers.numeric import DecimalAnswer, FractionAnswer, IntegerAnswer
from reasonforge.domain.answers.reading import read_element
from reasonforge.domain.answers.sequence import Element
from reasonforge.domain.answers.wording import ChoiceAnswer, TextAnswer
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.flag import Flag, FlagKind
from reasonforge.domain.identity import BlockNumber, EpochNumber, Hotkey, QueryId, Rao, TaskId, Uid
from reasonforge.domain.judgement import Consensus, Judgement
from reasonforge.domain.likeness import UNLIKE, CopyEvidence, Likeness
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.report import (
    EpochReport,
    MinerResult,
    Publication,
    ScoredReply,
    ScoredTask,
    ValidatorResult,
    Variant,
)
from reasonforge.domain.score import NO_SCORE, DimensionScores
from reasonforge.domain.similarity import Fingerprint, PartVectors, PastReasoning
from reasonforge.domain.standing import RECENT_CMS, MinerStanding, Standing, ValidatorStanding, VasReading
from reasonforge.domain.submission import Claim, ReasoningStep, Submission
from reasonforge.domain.task import Task
from reasonforge.domain.verdict import Unavailable, Verdict
from reasonforge.domain.weights import (
    U16_MAX,
    RefusalReason,
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)

FAMILIES = ("", "mathematics/derivative", "code/parity", "ethical/coverage")

texts = st.text(max_size=12)
"""Any characters but halves of surrogate pairs, NUL included."""

names = st.text("abcdefgh_-/", min_size=1, max_size=8)
units = st.floats(0, 1)
amounts = st.floats(0, 1e9) | st.sampled_from([5e-324, 0.1 + 0.2, 1e300])
counts = st.integers(0, 300)
hotkeys = st.integers(0, 5).map(lambda number: Hotkey(f"5Miner{number}"))
judges = st.integers(0, 3).map(lambda number: Hotkey(f"5Judge{number}"))
uids = st.integers(0, U16_MAX).map(Uid)
query_ids = st.text("0123456789abcdef", min_size=1, max_size=32).map(QueryId)
blocks = st.integers(0, 2**40).map(BlockNumber)
raos = st.integers(0, 21_000_000 * 10**9).map(Rao)
dimension_scores = st.just(NO_SCORE) | st.builds(DimensionScores, units, units, units, units)


def epoch_of(number: int) -> Epoch:
    """The same blocks for the same number."""
    return Epoch(EpochNumber(number), BlockNumber(360 * number), BlockNumber(360 * number + 359))


epochs = st.integers(0, 5).map(epoch_of)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
"""Plain JSON, as a parser gives it."""

fractions = st.fractions(-1000, 1000, max_denominator=1000)


def _decimal(value: Fraction, digits: int) -> DecimalAnswer:
    return DecimalAnswer(value, abs_tol=0.0, rel_tol=10.0 ** (1 - digits), digits=digits)


_simple_answers: st.SearchStrategy[Element] = st.one_of(
    st.integers(-(10**30), 10**30).map(IntegerAnswer),
    fractions.map(FractionAnswer),
    st.builds(_decimal, fractions, st.integers(2, 12)),
    st.sampled_from("AB").map(lambda letter: ChoiceAnswer(letter, ("yes", "no", "it depends"))),
    st.builds(TextAnswer, names, st.lists(names, max_size=2).map(tuple), case=st.booleans()),
)
_lists_of_integers = st.lists(st.integers(-99, 99), max_size=4).map(
    lambda numbers: read_element({"format": "list", "of": {"format": "integer"}, "value": numbers})
)
answers: st.SearchStrategy[Element] = _simple_answers | _lists_of_integers

tasks = st.builds(
    Task,
    task_id=names.map(TaskId),
    problem=texts,
    discipline=st.sampled_from(Discipline),
    difficulty=st.integers(1, 10),
    answer=answers,
    checks=st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
    timeout_seconds=st.floats(0.1, 3600),
    context=texts,
    constraints=texts,
    family=st.sampled_from(FAMILIES),
    version=st.integers(0, 9),
    seed=texts,
    is_trap=st.booleans(),
    previously_unsolved=st.booleans(),
    source=st.sampled_from(["generated", "database", "api"]),
    instance=names,
)

claims = st.builds(Claim, texts, st.sampled_from(["=", "<", ">="]), texts, st.lists(texts, max_size=2).map(tuple))
steps = st.builds(
    ReasoningStep,
    step_id=st.integers(1, 50),
    reasoning=texts,
    evidence=texts,
    confidence=units,
    formal_proof_fragment=texts,
    claims=st.lists(claims, max_size=2).map(tuple),
)
submissions = st.builds(
    Submission,
    query_id=query_ids,
    steps=st.lists(steps, max_size=2).map(tuple),
    final_answer=texts,
    artifact=json_values,
    proof_artifact=st.none() | st.binary(max_size=12),
    code_artifact=st.none() | st.binary(max_size=12),
    claimed_ms=st.none() | amounts,
    proof_status=texts,
    notes=st.lists(texts, max_size=2).map(tuple),
)
silences = st.builds(Silence, st.sampled_from(SilenceReason), texts, amounts)
verdicts = st.builds(Verdict, units | texts.map(Unavailable), texts, names, amounts)
evidence = st.builds(
    CopyEvidence,
    st.sampled_from(["embedding", "fingerprint", "skeleton"]),
    hotkeys,
    st.sampled_from(["batch", "history"]),
    units,
    units,
)
likenesses = st.just(UNLIKE) | st.builds(
    Likeness, units, units, units, units, st.lists(evidence, max_size=2).map(tuple)
)
judgements = st.builds(Judgement, judges, amounts, units)
consensuses = st.builds(Consensus, st.lists(judgements, max_size=3).map(tuple), units)

scored_replies = st.builds(
    ScoredReply,
    query_id=query_ids,
    uid=uids,
    hotkey=hotkeys,
    elapsed_seconds=amounts,
    silence=st.none() | silences,
    submission=st.none() | submissions,
    checks=st.dictionaries(names, verdicts, max_size=3),
    correctness=st.none() | units,
    likeness=likenesses,
    own_cms=units,
    consensus=st.none() | consensuses,
    dimensions=dimension_scores,
    cms=st.floats(0, 2),
    void=st.booleans(),
    breakthrough=st.booleans(),
    flags=st.lists(st.sampled_from(FlagKind).map(str), max_size=2).map(tuple),
    variant=st.none() | st.builds(Variant, names, names, names, names),
)
"""More than can happen: a reply may be a silence and have a submission."""

scored_tasks = st.builds(
    ScoredTask, index=st.integers(0, 3), task=tasks, replies=st.lists(scored_replies, max_size=2).map(tuple)
)

flags = st.builds(Flag, st.sampled_from(FlagKind), st.lists(hotkeys, max_size=2).map(tuple), texts)
miner_results = st.builds(
    MinerResult,
    hotkey=hotkeys,
    uid=uids,
    asked=counts,
    answered=counts,
    void=counts,
    right=counts,
    dimensions=dimension_scores,
    trap_score=st.none() | units,
    trap_penalty=units,
    s_epoch=st.floats(0, 4),
    rank=st.integers(1, 6),
    streak=counts,
    peb=units,
    share=units,
    breakthroughs=counts,
    plagiarised=counts,
)
validator_results = st.builds(
    ValidatorResult,
    hotkey=judges,
    stake=amounts,
    judged=counts,
    vas=st.none() | units,
    reputation=st.floats(1, 1.5),
    would_be_slashed=amounts,
)


@st.composite
def weight_rows(draw: st.DrawFn) -> WeightRow:
    """Rising uids, at least one of them at 65,535."""
    taken = sorted(draw(st.lists(st.integers(0, 255), min_size=1, max_size=4, unique=True)))
    values = draw(st.lists(st.integers(1, U16_MAX), min_size=len(taken), max_size=len(taken)))
    values[draw(st.integers(0, len(taken) - 1))] = U16_MAX
    return WeightRow(tuple(map(Uid, taken)), tuple(values))


refusals = st.builds(WeightsRefused, st.sampled_from(RefusalReason), texts)
outcomes: st.SearchStrategy[WeightsOutcome] = st.one_of(
    st.builds(WeightsSet, blocks),
    st.builds(WeightsCommitted, blocks, blocks),
    refusals,
    st.builds(WeightsUnreachable, texts),
)
publications = st.builds(Publication, epochs, outcomes)


def epoch_reports(validator: Hotkey, of: st.SearchStrategy[Epoch] = epochs) -> st.SearchStrategy[EpochReport]:
    """Reports by one validator; its miners are in the order of their ranks."""
    return st.builds(
        EpochReport,
        epoch=of,
        validator=st.just(validator),
        tasks=st.lists(scored_tasks, max_size=1).map(tuple),
        miners=st.lists(miner_results, max_size=3, unique_by=lambda result: result.hotkey).map(
            lambda results: tuple(sorted(results, key=lambda result: result.rank))
        ),
        validators=st.lists(validator_results, max_size=2, unique_by=lambda result: result.hotkey).map(tuple),
        flags=st.lists(flags, max_size=2).map(tuple),
        weights=weight_rows() | refusals,
    )


float32s = st.floats(-1, 1, width=32)


@st.composite
def part_vectors(draw: st.DrawFn) -> PartVectors:
    """Any finite rows; the codec does not ask whether they are normalised."""
    parts, dimensions = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    rows = draw(st.lists(float32s, min_size=parts * dimensions, max_size=parts * dimensions))
    weights = draw(st.lists(st.integers(1, 200), min_size=parts, max_size=parts))
    return PartVectors(np.array(rows, np.float32).reshape(parts, dimensions), np.array(weights, np.float32))


_grams = st.sets(st.integers(0, 2**32 - 1), max_size=4).map(lambda hashes: np.array(sorted(hashes), np.uint32))
fingerprints = st.builds(Fingerprint, words=_grams, skeleton=_grams)
past_reasonings = st.builds(
    PastReasoning,
    hotkey=hotkeys,
    epoch=st.integers(0, 5).map(EpochNumber),
    fingerprint=fingerprints,
    embedding=st.none() | part_vectors(),
    embedder=names,
)

miner_standings = st.builds(
    MinerStanding,
    hotkey=hotkeys,
    s_epoch=st.floats(0, 4),
    peb=units,
    rank=counts,
    streak=counts,
    task_count=counts,
    breakthroughs=counts,
    total_earned=raos,
    recent_cms=st.lists(st.floats(0, 2), max_size=RECENT_CMS).map(tuple),
)
validator_standings = st.builds(
    ValidatorStanding,
    hotkey=judges,
    readings=st.lists(st.builds(VasReading, blocks, units), max_size=3).map(tuple),
    reputation=st.floats(1, 1.5),
    would_be_slashed=amounts,
    total_earned=raos,
)
standings = st.builds(
    Standing,
    miners=st.lists(miner_standings, max_size=2).map(lambda all_: {one.hotkey: one for one in all_}),
    validators=st.lists(validator_standings, max_size=2).map(lambda all_: {one.hotkey: one for one in all_}),
)
