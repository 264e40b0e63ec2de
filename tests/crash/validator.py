"""A validator's lives: each a process of its own, forked from one that has imported everything and done nothing.

What a life is put together from is what `reasonforge-validator` is, but for what
only looks on (metrics, pulse) and for the tools that need a sandbox; the clock stands.
"""

import asyncio
import json
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import closing
from pathlib import Path

from attrs import evolve

from reasonforge.adapters.bittensor.transport import BittensorTransport
from reasonforge.adapters.localnet.chain import RemoteMemoryChain
from reasonforge.adapters.memory.embedder import HashingEmbedder
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.sqlalchemy.database import open_database
from reasonforge.adapters.sqlalchemy.event_log import SqlAlchemyEventLog
from reasonforge.adapters.sqlalchemy.store import SqlAlchemyStore
from reasonforge.adapters.sqlalchemy.task_pool import SqlAlchemyTaskPool
from reasonforge.adapters.sqlalchemy.user_tasks import SqlAlchemyTaskDesk
from reasonforge.adapters.tasks.registry import ANYWHERE
from reasonforge.adapters.tasks.source import GeneratedTasks
from reasonforge.application.validator.keep_running import KeepRunning
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.epoch import Tempo
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.parameters import DEFAULT_PARAMETERS
from reasonforge.domain.report import EpochState
from reasonforge.entrypoints.container import NeuronAdapters, Validator
from reasonforge.entrypoints.public_events import PublicEvents
from reasonforge.entrypoints.verification import inline_verifier
from tests.crash.points import Point, Points
from tests.crash.still import DatingClock, StillClock
from tests.crash.talk import Fields, keypair_of, own_output

VALIDATOR = "validator"
SECRET = bytes(range(32))
LONGEST_LIFE = 60.0


async def live(job: Fields) -> None:
    """Until the chain's epoch is settled, or there is nothing to do but wait for a block."""
    clock = StillClock()
    key = keypair_of(VALIDATOR)
    chain = RemoteMemoryChain(job["chain"], Hotkey(key.ss58_address))
    notifier = MemoryNotifier()
    with closing(chain), open_database(job["database"]) as database:
        public = PublicEvents(SqlAlchemyEventLog(database), clock)
        async with public.writing():
            store = SqlAlchemyStore(database, chain.hotkey, clock)
            container = Validator(
                adapters=NeuronAdapters(
                    chain=chain,
                    secret=SECRET,
                    transport=BittensorTransport(key, DatingClock(), allow_private=True),
                    store=store,
                    embedder=HashingEmbedder(),
                    verifier=inline_verifier(clock),
                    tasks=GeneratedTasks(tuple(one for one in ANYWHERE if one.name in job["families"])),
                    jury=None,
                    clock=clock,
                    telemetry=public,
                    notifier=notifier,
                    desk=SqlAlchemyTaskDesk(database, clock),
                    pool=SqlAlchemyTaskPool(database, clock),
                ),
                rules=ValidatorRules(
                    parameters=evolve(DEFAULT_PARAMETERS, tasks_per_epoch=job["tasks"]), api_share=job["users_share"]
                ),
            )
            container.check_dependencies()
            keep_running = KeepRunning(
                chain=chain,
                run_epoch=container.run_epoch(),
                publish_weights=container.publish_weights(),
                clock=clock,
                notifier=notifier,
                telemetry=public,
            )
            await keep_running.look()
            tempo = Tempo((await chain.hyperparameters()).tempo, chain.netuid)
            epoch = tempo.epoch_at(await chain.current_block())
            if await store.state_of(epoch.number) is EpochState.PUBLISHED:
                await keep_running.look()  # there is nothing left to do, and nothing is done
            for notice in notifier.notices:
                sys.stderr.write(f"{notice}\n")


def _life(job: Fields) -> None:
    report = Path(job["report"])

    def told(point: Point) -> None:
        report.write_text(json.dumps({"died": [point.place, point.time]}))

    at = job["at"]
    points = Points(Point(*at) if isinstance(at, list) else at, told)
    if job["watched"]:
        points.watch()
    asyncio.run(live(job))
    sys.settrace(None)
    report.write_text(json.dumps({"came": points.came, "total": points.total}))


def _bear(job: Fields) -> int:
    """A life in a process of its own; how it ended, as `os.waitpid` says."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            _life(job)
            code = 0
        except BaseException:  # noqa: BLE001 - the process ends here, and says why
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    end = time.monotonic() + LONGEST_LIFE
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGALRM)  # another signal than a crash's
        time.sleep(0.001)


def bear_validators() -> None:
    output = own_output()
    for line in sys.stdin:
        assert threading.active_count() == 1, threading.enumerate()
        output.write(json.dumps({"code": _bear(json.loads(line))}) + "\n")
