"""What the validator found out about a reply ↔ documents: verdicts, likeness, the jury's consensus, silence."""

from collections.abc import Mapping
from typing import Any

from reasonforge.adapters.sqlalchemy.codec.documents import Fields, read_json, write_json
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.judgement import Consensus, Judgement
from reasonforge.domain.likeness import UNLIKE, CopyEvidence, Likeness
from reasonforge.domain.reply import Silence, SilenceReason
from reasonforge.domain.verdict import Outcome, Unavailable, Verdict


def write_checks(checks: Mapping[str, Verdict]) -> str:
    """A number and a missing check stay apart: the outcome is a number, or an object with the reason."""
    return write_json({name: _verdict(verdict) for name, verdict in checks.items()}) if checks else "{}"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    outcome = verdict.outcome
    return {
        "outcome": {"unavailable": outcome.reason} if isinstance(outcome, Unavailable) else outcome,
        "reason": verdict.reason,
        "tool": verdict.tool,
        "seconds": verdict.seconds,
    }


def read_checks(document: object) -> dict[str, Verdict]:
    """The verdicts that `write_checks` wrote, in their order."""
    return {name: _read_verdict(Fields(verdict)) for name, verdict in Fields(read_json(document)).items()}


def _read_verdict(fields: Fields) -> Verdict:
    return Verdict(
        outcome=_read_outcome(fields),
        reason=fields.text("reason"),
        tool=fields.text("tool"),
        seconds=fields.number("seconds"),
    )


def _read_outcome(fields: Fields) -> Outcome:
    if isinstance(fields.any("outcome"), dict):
        return Unavailable(fields.fields("outcome").text("unavailable"))
    return fields.number("outcome")


def write_likeness(likeness: Likeness) -> str | None:
    """None for `UNLIKE`, which most replies are."""
    if likeness == UNLIKE:
        return None
    return write_json(
        {
            "embedding": likeness.embedding,
            "fingerprint": likeness.fingerprint,
            "skeleton": likeness.skeleton,
            "excess": likeness.excess,
            "evidence": [_evidence(pair) for pair in likeness.evidence],
        }
    )


def _evidence(pair: CopyEvidence) -> dict[str, Any]:
    return {
        "signal": pair.signal,
        "copied_from": pair.copied_from,
        "source": pair.source,
        "score": pair.score,
        "threshold": pair.threshold,
    }


def read_likeness(document: object) -> Likeness:
    """The likeness that `write_likeness` wrote."""
    if document is None:
        return UNLIKE
    fields = Fields(read_json(document))
    return Likeness(
        embedding=fields.number("embedding"),
        fingerprint=fields.number("fingerprint"),
        skeleton=fields.number("skeleton"),
        excess=fields.number("excess"),
        evidence=tuple(_read_evidence(Fields(pair)) for pair in fields.array("evidence")),
    )


def _read_evidence(fields: Fields) -> CopyEvidence:
    return CopyEvidence(
        signal=fields.text("signal"),
        copied_from=Hotkey(fields.text("copied_from")),
        source=fields.text("source"),
        score=fields.number("score"),
        threshold=fields.number("threshold"),
    )


def write_consensus(consensus: Consensus | None) -> str | None:
    """None without a jury."""
    if consensus is None:
        return None
    judgements = [
        {"validator": judgement.validator, "stake": judgement.stake, "score": judgement.score}
        for judgement in consensus.judgements
    ]
    return write_json({"score": consensus.score, "judgements": judgements})


def read_consensus(document: object) -> Consensus | None:
    """The consensus that `write_consensus` wrote."""
    if document is None:
        return None
    fields = Fields(read_json(document))
    return Consensus(
        judgements=tuple(_read_judgement(Fields(judgement)) for judgement in fields.array("judgements")),
        score=fields.number("score"),
    )


def _read_judgement(fields: Fields) -> Judgement:
    return Judgement(
        validator=Hotkey(fields.text("validator")), stake=fields.number("stake"), score=fields.number("score")
    )


def write_silence(silence: Silence | None) -> str | None:
    """None when there was an answer."""
    if silence is None:
        return None
    return write_json({"reason": silence.reason, "detail": silence.detail, "elapsed_seconds": silence.elapsed_seconds})


def read_silence(document: object) -> Silence | None:
    """The silence that `write_silence` wrote."""
    if document is None:
        return None
    fields = Fields(read_json(document))
    return Silence(
        reason=SilenceReason(fields.text("reason")),
        detail=fields.text("detail"),
        elapsed_seconds=fields.number("elapsed_seconds"),
    )
