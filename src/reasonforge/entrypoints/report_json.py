"""A subnet's run as plain JSON: figures and findings, no reasoning, no wall time. The same run, the same bytes."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reasonforge.adapters.memory.emission import ChainEpoch
from reasonforge.domain.report import EpochReport, MinerResult, Publication, ScoredReply, ScoredTask, ValidatorResult
from reasonforge.domain.score import DimensionScores
from reasonforge.domain.verdict import Unavailable, Verdict
from reasonforge.domain.weights import (
    WeightRow,
    WeightsCommitted,
    WeightsOutcome,
    WeightsRefused,
    WeightsSet,
    WeightsUnreachable,
)
from reasonforge.entrypoints.cast import CastMember
from reasonforge.entrypoints.run_tally import SubnetEpoch, SubnetRun
from reasonforge.entrypoints.subnet import InProcessSubnet

Json = dict[str, Any]


def as_text(document: Mapping[str, Any]) -> str:
    """Sorted keys, two spaces, one newline at the end."""
    return json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def run_document(subnet: InProcessSubnet, run: SubnetRun, epochs: Sequence[Json]) -> Json:
    """The whole run: who took part, each epoch (from `subnet_epoch`), and how it ended. TAO amounts in Rao."""
    return {
        "seed": subnet.seed,
        "policy": subnet.rules.policy.name,
        "embedder": subnet.embedder.name,
        "cast": [member(one) for one in (*subnet.validators, *subnet.miners)],
        "epochs": list(epochs),
        "leaderboard": [
            {
                "rank": rank,
                **member(place.member),
                "s_epoch": place.s_epoch,
                "dimensions": dimensions(place.dimensions),
                "right": place.right,
                "asked": place.asked,
                "paid_rao": place.paid,
            }
            for rank, place in enumerate(run.leaderboard, start=1)
        ],
        "emission": {"emitted_rao": run.emitted, "paid_rao": run.paid, "unallocated_rao": run.unallocated},
        "notices": [
            {"severity": notice.severity.value, "what": notice.what, "do": notice.do} for notice in run.notices
        ],
    }


def member(one: CastMember) -> Json:
    """Who takes part."""
    return {
        "uid": one.uid,
        "hotkey": one.hotkey,
        "what": one.what,
        "does": one.does,
        "honest": one.honest,
        "skill": one.skill,
    }


def subnet_epoch(epoch: SubnetEpoch) -> Json:
    """One epoch: every validator's report, and what the chain made of their weights."""
    return {
        "epoch": epoch.epoch.number,
        "first_block": epoch.epoch.first_block,
        "last_block": epoch.epoch.last_block,
        "validators": [epoch_report(report) for report in epoch.reports],
        "publications": [publication(one) for one in epoch.publications],
        "chain": chain_epoch(epoch.chain),
    }


def chain_epoch(chain: ChainEpoch) -> Json:
    """Yuma Consensus and what was paid, a row a neuron."""
    return {
        "block": chain.block,
        "unallocated_rao": chain.unallocated,
        "neurons": [
            {
                "uid": uid,
                "hotkey": hotkey,
                "consensus": chain.consensus[uid],
                "incentive": chain.incentive[uid],
                "validator_trust": chain.validator_trust[uid],
                "dividends": chain.dividends[uid],
                "emission_rao": chain.emission[uid],
            }
            for uid, hotkey in chain.hotkeys.items()
        ],
    }


def epoch_report(report: EpochReport) -> Json:
    """One validator's epoch."""
    return {
        "validator": report.validator,
        "tasks": [scored_task(scored) for scored in report.tasks],
        "miners": [miner_result(result) for result in report.miners],
        "validators": [validator_result(result) for result in report.validators],
        "flags": [
            {"kind": flag.kind.value, "hotkeys": list(flag.hotkeys), "detail": flag.detail} for flag in report.flags
        ],
        "weights": weights(report.weights),
    }


def scored_task(scored: ScoredTask) -> Json:
    """One task, its truth included, and every reply to it."""
    task = scored.task
    return {
        "index": scored.index,
        "task_id": task.task_id,
        "domain": task.discipline.value,
        "difficulty": task.difficulty,
        "is_trap": task.is_trap,
        "problem": task.problem,
        "answer": dict(task.answer.specification()),
        "checks": list(task.checks),
        "replies": [scored_reply(reply) for reply in scored.replies],
    }


def scored_reply(reply: ScoredReply) -> Json:
    """One reply: what it earned, and why."""
    document: Json = {
        "query_id": reply.query_id,
        "uid": reply.uid,
        "hotkey": reply.hotkey,
        "elapsed_seconds": reply.elapsed_seconds,
        "dimensions": dimensions(reply.dimensions),
        "cms": reply.cms,
    }
    if reply.variant is not None:
        document["variant"] = {"problem": reply.variant.problem, "truth": reply.variant.truth}
    if reply.silence is not None:
        return {**document, "silence": {"reason": reply.silence.reason.value, "detail": reply.silence.detail}}
    likeness = reply.likeness
    return {
        **document,
        "final_answer": reply.submission.final_answer[:200] if reply.submission else "",
        "correctness": reply.correctness,
        "void": reply.void,
        "breakthrough": reply.breakthrough,
        "own_cms": reply.own_cms,
        "checks": {name: verdict(found) for name, found in reply.checks.items()},
        "consensus": None
        if reply.consensus is None
        else {
            "score": reply.consensus.score,
            "judgements": [
                {"validator": one.validator, "stake": one.stake, "score": one.score}
                for one in reply.consensus.judgements
            ],
        },
        "likeness": {
            "embedding": likeness.embedding,
            "fingerprint": likeness.fingerprint,
            "skeleton": likeness.skeleton,
            "evidence": [
                {
                    "signal": one.signal,
                    "copied_from": one.copied_from,
                    "source": one.source,
                    "score": one.score,
                    "threshold": one.threshold,
                }
                for one in likeness.evidence
            ],
        },
        "flags": list(reply.flags),
    }


def verdict(found: Verdict) -> Json:
    """A check's outcome: a number, or null with the reason it is unavailable."""
    number = None if isinstance(found.outcome, Unavailable) else found.outcome
    return {"outcome": number, "reason": found.reason, "tool": found.tool}


def dimensions(scores: DimensionScores) -> Json:
    """The four dimensions by name."""
    return {
        "quality": scores.quality,
        "accuracy": scores.accuracy,
        "novelty": scores.novelty,
        "efficiency": scores.efficiency,
    }


def miner_result(result: MinerResult) -> Json:
    """One miner's epoch."""
    return {
        "uid": result.uid,
        "hotkey": result.hotkey,
        "rank": result.rank,
        "asked": result.asked,
        "answered": result.answered,
        "void": result.void,
        "right": result.right,
        "dimensions": dimensions(result.dimensions),
        "trap_score": result.trap_score,
        "trap_penalty": result.trap_penalty,
        "s_epoch": result.s_epoch,
        "streak": result.streak,
        "peb": result.peb,
        "share": result.share,
        "breakthroughs": result.breakthroughs,
        "plagiarised": result.plagiarised,
    }


def validator_result(result: ValidatorResult) -> Json:
    """One judge's epoch."""
    return {
        "hotkey": result.hotkey,
        "stake": result.stake,
        "judged": result.judged,
        "vas": result.vas,
        "reputation": result.reputation,
        "would_be_slashed": result.would_be_slashed,
    }


def weights(row: WeightRow | WeightsRefused) -> Json:
    """The row by uid, or why there is none."""
    if isinstance(row, WeightsRefused):
        return {"refused": row.reason.value, "detail": row.detail}
    return {"row": {str(uid): value for uid, value in zip(row.uids, row.values, strict=True)}}


def publication(published: Publication | None) -> Json | None:
    """What the chain said."""
    return None if published is None else {"epoch": published.epoch.number, **outcome(published.outcome)}


def outcome(said: WeightsOutcome) -> Json:
    """A weights outcome by its name."""
    match said:
        case WeightsSet(block):
            return {"outcome": "set", "block": block}
        case WeightsCommitted(block, reveals_at):
            return {"outcome": "committed", "block": block, "reveals_at": reveals_at}
        case WeightsRefused(reason, detail):
            return {"outcome": "refused", "reason": reason.value, "detail": detail}
        case WeightsUnreachable(detail):
            return {"outcome": "unreachable", "detail": detail}
