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
from reasonforge.adapters.system.entropy import HmacEntropy
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.application.miner.admit_caller import AdmitCaller
from reasonforge.application.miner.remember_scores import RememberScores
from reasonforge.application.miner.report_health import ReportHealth
from reasonforge.application.miner.solve_task import SolveTask
from reasonforge.application.ports.chain import Chain
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.embedder import Embedder
from reasonforge.application.ports.jury import Jury
from reasonforge.application.ports.notifier import Notifier
from reasonforge.application.ports.reasoner import Reasoner
from reasonforge.application.ports.store import Store
from reasonforge.application.ports.task_desk import TaskDesk
from reasonforge.application.ports.task_source import TaskSource
from reasonforge.application.ports.telemetry import Telemetry
from reasonforge.application.ports.transport import Transport
from reasonforge.application.ports.verifier import Verifier
from reasonforge.application.validator.compare_replies import CompareReplies
from reasonforge.application.validator.draw_plan import DrawPlan
from reasonforge.application.validator.judge_replies import JudgeReplies
from reasonforge.application.validator.look_back import LookBack
from reasonforge.application.validator.publish_weights import PublishWeights
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.application.validator.run_epoch import RunEpoch
from reasonforge.application.validator.score_task import ScoreTask
from reasonforge.application.validator.settle_user_tasks import SettleUserTasks
from reasonforge.application.validator.take_user_tasks import TakeUserTasks
from reasonforge.domain.discipline import Discipline


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

    chain = providers.Singleton(MemoryChain, ledger, hotkey)
    entropy = providers.Singleton(HmacEntropy, secret)
    tasks = providers.Singleton(GeneratedTasks)


class MemoryMinerAdapters(containers.DeclarativeContainer):
    """What a miner's use cases need of the in-process subnet."""

    ledger = providers.Dependency(instance_of=MemoryLedger)
    hotkey = providers.Dependency(instance_of=str)
    clock: providers.Dependency[Clock] = providers.Dependency()

    chain = providers.Singleton(MemoryChain, ledger, hotkey)


class MinerAdapters(containers.DeclarativeContainer):
    """What a miner's use cases need of a chain in another process."""

    chain: providers.Dependency[Chain] = providers.Dependency()
    clock: providers.Dependency[Clock] = providers.Dependency()


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

    entropy = providers.Singleton(HmacEntropy, secret)


class Validator(containers.DeclarativeContainer):
    """A validator's use cases over any adapters."""

    adapters = providers.DependenciesContainer()
    rules = providers.Dependency(instance_of=ValidatorRules)

    compare = providers.Singleton(CompareReplies, adapters.embedder, rules.provided.similarity)
    judge = providers.Singleton(JudgeReplies, adapters.verifier, rules)
    take_user_tasks = providers.Singleton(TakeUserTasks, adapters.desk, adapters.notifier, rules)
    settle_user_tasks = providers.Singleton(SettleUserTasks, adapters.desk, adapters.store, adapters.notifier)
    draw_plan = providers.Singleton(DrawPlan, adapters.tasks, take_user_tasks, adapters.store, adapters.entropy, rules)
    look_back = providers.Singleton(
        LookBack,
        store=adapters.store,
        desk=adapters.desk,
        settle=settle_user_tasks,
        entropy=adapters.entropy,
        telemetry=adapters.telemetry,
        notifier=adapters.notifier,
    )
    score_task = providers.Singleton(
        ScoreTask,
        transport=adapters.transport,
        store=adapters.store,
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
        telemetry=adapters.telemetry,
        notifier=adapters.notifier,
        rules=rules,
    )


class Miner(containers.DeclarativeContainer):
    """A miner's use cases over any adapters and any reasoner."""

    adapters = providers.DependenciesContainer()
    reasoner: providers.Dependency[Reasoner] = providers.Dependency()

    solve_task = providers.Singleton(SolveTask, reasoner, adapters.clock)
    admit_caller = providers.Singleton(AdmitCaller, adapters.chain, adapters.clock)
    report_health = providers.Singleton(ReportHealth, reasoner, frozenset(Discipline), __version__)
    score_book = providers.Singleton(MemoryScoreBook)
    notifier = providers.Singleton(MemoryNotifier)
    remember_scores = providers.Singleton(
        RememberScores, score_book, adapters.chain.provided.hotkey, adapters.clock, notifier
    )
