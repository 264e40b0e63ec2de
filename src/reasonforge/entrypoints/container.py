"""The wiring: adapters of one neuron, and the use cases they feed. The only importer of dependency_injector.

`MemoryAdapters` and the adapters of a neuron on a chain carry the same names, so that `Validator` and `Miner` cannot
tell which of them they were given.
"""

from dependency_injector import containers, providers

from reasonforge import __version__
from reasonforge.adapters.memory.chain import MemoryChain
from reasonforge.adapters.memory.ledger import MemoryLedger
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.memory.score_book import MemoryScoreBook
from reasonforge.adapters.memory.telemetry import MemoryTelemetry
from reasonforge.adapters.system.entropy import HmacEntropy
from reasonforge.adapters.system.gate import AsyncioGate
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.application.miner.admit_caller import AdmitCaller
from reasonforge.application.miner.bound_work import BoundWork
from reasonforge.application.miner.observe_questions import ObserveQuestions
from reasonforge.application.miner.remember_questions import RememberQuestions
from reasonforge.application.miner.remember_scores import RememberScores
from reasonforge.application.miner.report_health import ReportHealth
from reasonforge.application.miner.route_by_discipline import RouteByDiscipline
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.embedder import Embedder
from reasonforge.application.ports.gate import Gate
from reasonforge.application.ports.jury import Jury
from reasonforge.application.ports.notifier import Notifier
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.score_book import ScoreBook
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.application.ports.task_pool import TaskPool
from reasonforge.application.ports.task_source import TaskSource
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import MinerHandlers, Transport
from reasonforge.application.ports.verifier import Verifier
from reasonforge.application.validator.compare_replies import CompareReplies
from reasonforge.application.validator.draw_plan import DrawPlan
from reasonforge.application.validator.forget_texts import ForgetTexts
from reasonforge.application.validator.judge_replies import JudgeReplies
from reasonforge.application.validator.look_back import LookBack
from reasonforge.application.validator.publish_weights import PublishWeights
from reasonforge.application.validator.recall_reasoning import RecallReasoning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.application.validator.run_epoch import RunEpoch
from reasonforge.application.validator.score_task import ScoreTask
from reasonforge.application.validator.settle_user_tasks import SettleUserTasks
from reasonforge.application.validator.take_pool_tasks import TakePoolTasks
from reasonforge.application.validator.take_user_tasks import TakeUserTasks
from reasonforge.domain.discipline import Discipline

MEMORY_MINERS_ROOM = 1_024
"""Questions that may wait for a miner of the in-process subnet: more than any epoch has."""


class MemoryAdapters(containers.DeclarativeContainer):
    """One neuron's adapters on the in-process subnet. What neurons share is handed in."""

    ledger = providers.Dependency(instance_of=MemoryLedger)
    hotkey = providers.Dependency(instance_of=str)
    secret = providers.Dependency(instance_of=bytes)
    transport: providers.Dependency[Transport] = providers.Dependency()
    store: providers.Dependency[Store] = providers.Dependency()
    embedder: providers.Dependency[Embedder] = providers.Dependency()
    verifier: providers.Dependency[Verifier] = providers.Dependency()
    jury: providers.Dependency[Jury | None] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()
    telemetry: providers.Dependency[Telemetry] = providers.Dependency()
    notifier: providers.Dependency[Notifier] = providers.Dependency()
    desk: providers.Dependency[TaskDesk] = providers.Dependency()
    pool: providers.Dependency[TaskPool] = providers.Dependency()

    chain = providers.Singleton(MemoryChain, ledger, hotkey)
    entropy = providers.Singleton(HmacEntropy, secret)
    tasks = providers.Singleton(GeneratedTasks)


class MemoryMinerAdapters(containers.DeclarativeContainer):
    """A miner's adapters that forget everything when it ends: on the in-process subnet, and in the demo's processes."""

    chain: providers.Dependency[Chain] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()

    gate = providers.Singleton(AsyncioGate, places=len(Discipline), room=MEMORY_MINERS_ROOM)
    book = providers.Singleton(MemoryScoreBook)
    notifier = providers.Singleton(MemoryNotifier)
    telemetry = providers.Singleton(MemoryTelemetry)


class MinerAdapters(containers.DeclarativeContainer):
    """A miner's adapters on a chain, made by its entrypoint: the same names as `MemoryMinerAdapters`."""

    chain: providers.Dependency[Chain] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()
    gate: providers.Dependency[Gate] = providers.Dependency()
    book: providers.Dependency[ScoreBook] = providers.Dependency()
    notifier: providers.Dependency[Notifier] = providers.Dependency()
    telemetry: providers.Dependency[Telemetry] = providers.Dependency()


class NeuronAdapters(containers.DeclarativeContainer):
    """A validator's adapters on a chain, made by its entrypoint: the same names as `MemoryAdapters`."""

    chain: providers.Dependency[Chain] = providers.Dependency()
    secret = providers.Dependency(instance_of=bytes)
    transport: providers.Dependency[Transport] = providers.Dependency()
    store: providers.Dependency[Store] = providers.Dependency()
    embedder: providers.Dependency[Embedder] = providers.Dependency()
    verifier: providers.Dependency[Verifier] = providers.Dependency()
    tasks: providers.Dependency[TaskSource] = providers.Dependency()
    jury: providers.Dependency[Jury | None] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()
    telemetry: providers.Dependency[Telemetry] = providers.Dependency()
    notifier: providers.Dependency[Notifier] = providers.Dependency()
    desk: providers.Dependency[TaskDesk] = providers.Dependency()
    pool: providers.Dependency[TaskPool] = providers.Dependency()

    entropy = providers.Singleton(HmacEntropy, secret)


class Validator(containers.DeclarativeContainer):
    """A validator's use cases over any adapters."""

    adapters = providers.DependenciesContainer()
    rules = providers.Dependency(instance_of=ValidatorRules)

    compare = providers.Singleton(CompareReplies, adapters.embedder, rules.provided.similarity)
    recall = providers.Singleton(RecallReasoning, adapters.store, rules.provided.similarity)
    judge = providers.Singleton(JudgeReplies, adapters.verifier, rules)
    take_pool_tasks = providers.Singleton(TakePoolTasks, adapters.pool, rules)
    take_user_tasks = providers.Singleton(TakeUserTasks, adapters.desk, adapters.notifier, rules)
    settle_user_tasks = providers.Singleton(SettleUserTasks, adapters.desk, adapters.store, adapters.notifier)
    draw_plan = providers.Singleton(
        *(DrawPlan, adapters.tasks, take_user_tasks, take_pool_tasks),
        *(adapters.store, adapters.entropy, rules),
    )
    look_back = providers.Singleton(
        LookBack,
        store=adapters.store,
        desk=adapters.desk,
        pool=adapters.pool,
        settle=settle_user_tasks,
        entropy=adapters.entropy,
        telemetry=adapters.telemetry,
        notifier=adapters.notifier,
    )
    score_task = providers.Singleton(
        ScoreTask,
        transport=adapters.transport,
        store=adapters.store,
        recall=recall,
        compare=compare,
        judge=judge,
        jury=adapters.jury,
        entropy=adapters.entropy,
        rules=rules,
    )
    publish_weights = providers.Singleton(
        PublishWeights,
        chain=adapters.chain,
        store=adapters.store,
        notifier=adapters.notifier,
        telemetry=adapters.telemetry,
        rules=rules,
    )
    forget_texts = providers.Singleton(ForgetTexts, adapters.store, adapters.telemetry, adapters.notifier, rules)
    run_epoch = providers.Singleton(
        RunEpoch,
        chain=adapters.chain,
        transport=adapters.transport,
        store=adapters.store,
        draw_plan=draw_plan,
        score_task=score_task,
        publish_weights=publish_weights,
        settle_user_tasks=settle_user_tasks,
        look_back=look_back,
        forget_texts=forget_texts,
        telemetry=adapters.telemetry,
        notifier=adapters.notifier,
        rules=rules,
    )


class Miner(containers.DeclarativeContainer):
    """A miner's use cases over any adapters and any reasoner."""

    adapters = providers.DependenciesContainer()
    reasoner: providers.Dependency[Reasoner] = providers.Dependency()
    disciplines = providers.Dependency(instance_of=frozenset, default=frozenset(Discipline))
    least_stake = providers.Dependency(instance_of=float, default=0.0)

    solve_task = providers.Singleton(SolveTask, reasoner, adapters.clock)
    admit_caller = providers.Singleton(AdmitCaller, adapters.chain, adapters.clock, least_stake=least_stake)
    bound_work = providers.Singleton(
        BoundWork, solve_task, adapters.gate, adapters.clock, admit_caller.provided.stake_of
    )
    route = providers.Singleton(RouteByDiscipline, disciplines, bound_work)
    remember_questions = providers.Singleton(RememberQuestions, route, adapters.book, adapters.clock, adapters.notifier)
    observe_questions = providers.Singleton(
        ObserveQuestions, adapters.chain.provided.hotkey, remember_questions, adapters.clock, adapters.telemetry
    )
    remember_scores = providers.Singleton(
        RememberScores,
        adapters.book,
        adapters.chain.provided.hotkey,
        adapters.clock,
        adapters.notifier,
        adapters.telemetry,
    )
    report_health = providers.Singleton(ReportHealth, reasoner, disciplines, __version__, adapters.gate)
    handlers = providers.Singleton(
        MinerHandlers,
        admit=admit_caller,
        foresee=admit_caller.provided.foresee,
        solve=observe_questions,
        health=report_health,
        learn=remember_scores,
    )
