"""The sandbox contract, by every sandbox."""

from contextlib import AbstractAsyncContextManager

import pytest

from reasonforge.application.ports.sandbox import Sandbox
from tests.contracts.sandbox import SandboxContract
from tests.sandboxes import containers_left, directories_left, require_kind, sandbox


class _Kind(SandboxContract):
    kind: str
    isolating: bool

    @pytest.fixture(autouse=True)
    def _nothing_is_left(self) -> "object":
        require_kind(self.kind)
        yield
        assert containers_left() == []
        assert directories_left() == []

    def sandbox(self) -> AbstractAsyncContextManager[Sandbox]:
        return sandbox(self.kind)

    def test_its_strength_is_told(self) -> None:
        """Only containers are said to isolate, through the runner too once it has been asked."""

        async def told(place: Sandbox) -> bool:
            await place.self_test()
            return place.isolates

        assert self.within(told) is self.isolating


@pytest.mark.bwrap
class TestBubblewrap(_Kind):
    kind = "bubblewrap"
    isolating = False


@pytest.mark.bwrap
class TestRunnerOverBubblewrap(_Kind):
    kind = "runner-bubblewrap"
    isolating = False


@pytest.mark.docker
class TestDocker(_Kind):
    kind = "docker"
    isolating = True


@pytest.mark.docker
class TestRunnerOverDocker(_Kind):
    kind = "runner-docker"
    isolating = True
