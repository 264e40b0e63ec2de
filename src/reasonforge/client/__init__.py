"""The gateway's client: `Client`, and `AsyncClient` with the same methods to await (extra: client).

with Client("http://127.0.0.1:8000", api_key=key) as gateway:
    task = gateway.ask("What is the least n with n^3 = 5 (mod 13)?", timeout=600)
    print(task.best_answer, task.confidence)

It stands beside the adapters and knows neither them nor the use cases: whoever only calls a gateway installs httpx and
none of what a gateway, a validator or a miner needs.
"""

from reasonforge.client.asynchronous import AsyncClient
from reasonforge.client.blocking import Client
from reasonforge.client.faults import (
    Conflict,
    Forbidden,
    GatewayError,
    Invalid,
    Malformed,
    NotDoneInTime,
    NotFound,
    Problem,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from reasonforge.client.patience import Patience
from reasonforge.client.results import (
    Event,
    Leaderboard,
    LeaderboardRow,
    Miner,
    MinerEpoch,
    MinerTask,
    ReasoningStep,
    Statistics,
    Task,
    TaskStatus,
    Usage,
    Validator,
)

__all__ = [
    "AsyncClient",
    "Client",
    "Conflict",
    "Event",
    "Forbidden",
    "GatewayError",
    "Invalid",
    "Leaderboard",
    "LeaderboardRow",
    "Malformed",
    "Miner",
    "MinerEpoch",
    "MinerTask",
    "NotDoneInTime",
    "NotFound",
    "Patience",
    "Problem",
    "RateLimited",
    "ReasoningStep",
    "Statistics",
    "Task",
    "TaskStatus",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Usage",
    "Validator",
]
