"""What the worker processes are asked: functions from plain JSON to plain JSON."""

from typing import Any

from reasonforge.adapters.symbolic.claims import judge_claim, refuse_odd_payload
from reasonforge.adapters.symbolic.finals import agree, is_complex, ranges_of, read_final, read_truth
from reasonforge.adapters.symbolic.proof import prove_equal
from reasonforge.adapters.symbolic.tree import Unreadable
from reasonforge.domain.answers.final_text import bare, quoted
from reasonforge.domain.answers.formula import EquationAnswer, ExpressionAnswer

JUDGE_ANSWER = f"{__name__}:judge_answer"
PROVE_ANSWER = f"{__name__}:prove_answer"
JUDGE_CLAIMS = f"{__name__}:judge_claims"


def judge_answer(payload: Any) -> dict[str, Any]:
    """`{answer: a specification, final_answer: a text}` to `{grade: 0.0 | 1.0, reason, proof_pending: bool}`.

    By numbers, which is quick and bounded. `proof_pending` says that a right answer rests on many digits at many
    points and that `prove_answer` may still say a word.

    Raises:
        ValueError: the answer is malformed; ours, never the miner's.
    """
    answer, truth = read_truth(payload["answer"])
    text = bare(payload["final_answer"])
    try:
        judgement = agree(answer, truth, read_final(answer, text))
    except Unreadable as unreadable:
        return {"grade": 0.0, "reason": f"{quoted(text)} {unreadable}", "proof_pending": False}
    return {
        "grade": 1.0 if judgement.right else 0.0,
        "reason": judgement.reason if judgement.reason.startswith(("'", '"')) else f"{quoted(text)} {judgement.reason}",
        "proof_pending": judgement.unproved is not None,
    }


def prove_answer(payload: Any) -> dict[str, Any]:
    """The same payload to `{proved: true | false | null}`: what SymPy's simplification says of an answer that
    `judge_answer` found right by numbers. May take any time.
    """
    answer, truth = read_truth(payload["answer"])
    if not isinstance(answer, ExpressionAnswer | EquationAnswer):
        return {"proved": None}
    try:
        judgement = agree(answer, truth, read_final(answer, bare(payload["final_answer"])))
    except Unreadable:
        return {"proved": False}
    if judgement.unproved is None:
        return {"proved": judgement.right}
    ranges = ranges_of(answer)
    there = {f"{name}'": known for name, known in ranges.items()}
    return {"proved": prove_equal(*judgement.unproved, {**ranges, **there}, is_complex(answer))}


def judge_claims(payload: Any) -> dict[str, Any]:
    """`{claims: [{lhs, rel, rhs, assumptions}], variables: {name: words}, latex}` to
    `{claims: [{finding, canonical, is_equation, sides: [{form, terms, operations}]}]}`, in order.

    `variables` may be empty. See `claims` for what the fields mean.
    """
    refuse_odd_payload(payload)
    return judge_claim(payload)
