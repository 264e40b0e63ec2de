"""One validator's epoch: draw, ask, check, score, record, close, publish, and tell the miners."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.notifier import Notifier, OperatorNotice, Severity
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import Health, Transport
from reasonforge.application.validator.close_epoch import close_epoch
from reasonforge.application.validator.draw_plan import Batch, DrawPlan, Plan
from reasonforge.application.validator.forget_texts import ForgetTexts
from reasonforge.application.validator.look_back import LookBack
from reasonforge.application.validator.publish_weights import PublishWeights
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.application.validator.score_task import ScoreTask, Scoring
from reasonforge.application.validator.settle_user_tasks import SettleUserTasks
from reasonforge.application.validator.tell_miners import notices_of
from reasonforge.domain.epoch import Epoch
from reasonforge.domain.events import EpochClosed, EpochStarted, SeedCommitted, SubnetSeen, TaskAsked, TaskScored
from reasonforge.domain.identity import EpochNumber, Hotkey
from reasonforge.domain.report import EpochReport, EpochState, ScoredTask
from reasonforge.domain.verdict import Unavailable
from reasonforge.domain.weights import WeightsRefused


@frozen
class RunEpoch:
    """Run again after a crash, it draws the same plan, asks only what was not recorded, and counts nothing twice.

    Run again after a store that failed, it records first what was scored already: while the store is broken, miners
    are not asked the same again and again.
    """

    chain: Chain
    transport: Transport
    store: Store
    draw_plan: DrawPlan
    score_task: ScoreTask
    publish_weights: PublishWeights
    settle_user_tasks: SettleUserTasks
    look_back: LookBack
    forget_texts: ForgetTexts
    telemetry: Telemetry
    notifier: Notifier
    rules: ValidatorRules
    _unrecorded: dict[EpochNumber, Scoring] = field(factory=dict, init=False)

    async def __call__(self, epoch: Epoch) -> EpochReport | None:
        """The epoch's report; None when it was closed before and only its weights were left to publish."""
        if await self.store.open_epoch(epoch) is not EpochState.OPEN:
            await self.look_back(self.chain.hotkey, epoch)
            await self.publish_weights()
            return None
        await self.look_back(self.chain.hotkey, epoch)
        metagraph = await self.chain.metagraph(at=epoch.first_block, with_weights=True)
        hyperparameters = await self.chain.hyperparameters()  # from here to the weights the chain may freeze
        self.telemetry.emit(SubnetSeen(self.chain.hotkey, metagraph, hyperparameters))
        plan = await self.draw_plan(epoch, metagraph, self.chain.hotkey)
        await self._bind(plan)
        tasks = await self._score_all(epoch, plan.batches)
        await self.settle_user_tasks(self.chain.hotkey, epoch.number, tasks)
        closing = close_epoch(
            epoch,
            self.chain.hotkey,
            tasks,
            metagraph,
            await self.store.standing_before(epoch.number),
            hyperparameters,
            self.rules.parameters,
        )
        await self.store.close(closing.report, closing.standing)  # recorded before it is published
        self.telemetry.emit(EpochClosed(closing.report))
        await self.look_back(self.chain.hotkey, epoch)
        await self._warn(closing.report)
        await self.publish_weights()
        await self.transport.notify(notices_of(closing.report, closing.standing, metagraph))
        await self.forget_texts(self.chain.hotkey, epoch)
        return closing.report

    async def _bind(self, plan: Plan) -> None:
        """To the seed and everything that will be asked, before anybody is asked."""
        await self.store.commit(plan.commitment, plan.instances)
        record = await self.store.commitment_of(plan.commitment.epoch.number)
        if record is not None:
            self.telemetry.emit(SeedCommitted(self.chain.hotkey, record))

    async def _score_all(self, epoch: Epoch, plan: Sequence[Batch]) -> list[ScoredTask]:
        """Every task of the plan, in its order; those that were recorded before a restart are not asked again."""
        done = dict(await self.store.recorded(epoch.number))
        held = self._unrecorded.get(epoch.number)
        if held is not None and held.task.index not in done:
            await self._record(epoch, held, len(plan))
            done[held.task.index] = held.task
        self._unrecorded.clear()
        missing = [batch for batch in plan if batch.index not in done]
        self.telemetry.emit(EpochStarted(self.chain.hotkey, epoch, len(plan), _miners(plan), len(done)))
        health = await self._health(missing)
        for batch in missing:
            self.telemetry.emit(
                TaskAsked(self.chain.hotkey, epoch, batch.index, batch.task, miners=len(batch.requests))
            )
            scoring = await self.score_task(epoch, batch, health)
            await self._record(epoch, scoring, len(plan))
            done[batch.index] = scoring.task
        return [done[batch.index] for batch in plan]

    async def _record(self, epoch: Epoch, scoring: Scoring, tasks: int) -> None:
        self._unrecorded[epoch.number] = scoring
        await self.store.record(epoch, scoring.task, scoring.reasoning)
        self._unrecorded.clear()
        await self.settle_user_tasks(self.chain.hotkey, epoch.number, [scoring.task])
        self.telemetry.emit(TaskScored(self.chain.hotkey, epoch, scoring.task, tasks))

    async def _health(self, plan: Sequence[Batch]) -> Mapping[Hotkey, Health]:
        """What the miners say of themselves. Who says nothing is asked all the same: the check may have been lost."""
        neurons = {request.neuron.uid: request.neuron for batch in plan for request in batch.requests}
        asked = [neurons[uid] for uid in sorted(neurons)]
        found = await self.transport.health(asked)
        return {
            neuron.hotkey: health for neuron, health in zip(asked, found, strict=True) if isinstance(health, Health)
        }

    async def _warn(self, report: EpochReport) -> None:
        """What the operator must know: checks that could not be made, and an epoch that pays nobody."""
        missing: dict[str, str] = {}
        for scored in report.tasks:
            for reply in scored.replies:
                for name, verdict in reply.checks.items():
                    if isinstance(verdict.outcome, Unavailable):
                        missing.setdefault(name, verdict.outcome.reason)
        for name, reason in missing.items():
            await self.notifier.tell(
                OperatorNotice(
                    Severity.WARNING,
                    f"the check '{name}' could not be made in epoch {report.epoch.number}: {reason}",
                    "no miner lost by it; see `reasonforge doctor`",
                )
            )
        if isinstance(report.weights, WeightsRefused):
            await self.notifier.tell(
                OperatorNotice(
                    Severity.URGENT,
                    f"epoch {report.epoch.number} sets no weights: {report.weights.detail}",
                    "the previous weights still count; look at the flags of the epoch",
                )
            )


def _miners(plan: Sequence[Batch]) -> int:
    return len({request.neuron.hotkey for batch in plan for request in batch.requests})
