"""`python -m tests.crash.nursery ROLE:INPUT:OUTPUT …`: imports what all need, and forks a process for each role."""

import asyncio
import atexit
import gc
import sys
import threading

from bittensor.utils.btlogging import logging as sdk_log

from tests.crash.chain import keep_chains
from tests.crash.miner import mine
from tests.crash.talk import fork_all
from tests.crash.validator import bear_validators


def play(role: str) -> None:
    """One process, until its standard input ends."""
    kind, _, rest = role.partition("/")
    if kind == "chain":
        asyncio.run(keep_chains())
    elif kind == "validator":
        bear_validators()
    else:
        asyncio.run(mine(rest.split("/")[0], float(rest.split("/")[1])))


def _stop_threads() -> None:
    """The SDK logs through threads of its own, which a fork would leave behind."""
    atexit.unregister(sdk_log._listener.stop)
    sdk_log._listener.stop()
    sdk_log._queue.close()
    sdk_log._queue.join_thread()
    assert threading.active_count() == 1, threading.enumerate()


if __name__ == "__main__":
    _stop_threads()
    gc.collect()
    gc.freeze()
    fork_all(sys.argv[1:], play)
