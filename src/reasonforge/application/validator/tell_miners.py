"""What each miner is told of its epoch, so that it can see why it earned what it earned."""

from reasonforge.application.ports.transport import ScoreNotice, TaskScore
from reasonforge.domain.identity import RAO_PER_TAO
from reasonforge.domain.metagraph import Metagraph
from reasonforge.domain.report import EpochReport, ScoredReply, ScoredTask
from reasonforge.domain.standing import Standing
from reasonforge.domain.verdict import Unavailable, Verdict


def notices_of(report: EpochReport, standing: Standing, metagraph: Metagraph) -> list[ScoreNotice]:
    """One notice a miner of the report, by rank; who left the subnet meanwhile is not told."""
    notices = []
    for result in report.miners:
        neuron = metagraph.of(result.hotkey)
        if neuron is None:
            continue
        notices.append(
            ScoreNotice(
                epoch=report.epoch.number,
                neuron=neuron,
                scores=tuple(
                    _task_score(scored, reply)
                    for scored in report.tasks
                    for reply in scored.replies
                    if reply.hotkey == result.hotkey
                ),
                s_epoch=result.s_epoch,
                rank=result.rank,
                total_tao=standing.of_miner(result.hotkey).total_earned / RAO_PER_TAO,
            )
        )
    return notices


def _task_score(scored: ScoredTask, reply: ScoredReply) -> TaskScore:
    better = sum(other.cms > reply.cms for other in scored.replies)
    checks = {name: _spoken(verdict) for name, verdict in reply.checks.items()}
    if reply.silence is not None:
        checks = {"silence": f"{reply.silence.reason}: {reply.silence.detail}"}
    if reply.flags:
        checks["flags"] = ", ".join(reply.flags)
    return TaskScore(reply.query_id, reply.cms, better + 1, reply.dimensions, checks)


def _spoken(verdict: Verdict) -> str:
    """The outcome alone: the verdict's reason may quote the right answer, which must not be told."""
    if isinstance(verdict.outcome, Unavailable):
        return "not checked"
    return f"{verdict.outcome:g}"
