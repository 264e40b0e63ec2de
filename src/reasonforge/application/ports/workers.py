from typing import Any, Protocol

from attrs import frozen


@frozen
class Exceeded:
    """The work passed a limit and was killed.

    `reason` names the limit: `time limit of 5 s`, `memory limit of 512 MB`.
    """

    reason: str


class Workers(Protocol):
    """Processes that compute something of ours over bounded data, and can be killed.

    Promises of `call`: `target` is a function of this package, `module:function`, that takes and gives plain JSON; it
    runs in a worker process and gets `seconds` of wall-clock time; past it, or past the workers' memory limit, the
    worker is killed (SIGKILL), another takes its place, and the call comes back `Exceeded` no more than a second late.
    Calls wait their turn when all workers are busy; waiting does not count as time.

    Raises:
        ValidatorFault: the function raised, which is an error of ours, or no worker can be started.
    """

    async def call(self, target: str, payload: Any, seconds: float) -> Any | Exceeded: ...

    async def aclose(self) -> None:
        """Kill and reap every worker; further calls are a `ValidatorFault`. More than once is no error."""
        ...
