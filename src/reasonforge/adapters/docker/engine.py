"""The door to docker-py: what we ask of an engine, in its words, and its failures in ours."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import docker
import docker.errors
import docker.types
import requests.exceptions
from attrs import define, field, frozen

from reasonforge.adapters.docker.image import Image
from reasonforge.application.ports.sandbox import RunLimits
from reasonforge.domain.errors import ValidatorFault

CODE, KEEPER = "65534:65534", "65533:65533"
"""Users of the program and of the process that keeps its container: neither may signal the other's."""
FILES_BYTES = 16 << 20
"""Room for a program's read-only files."""
LEAST_PROCESSES = 16
"""An exec itself needs a few threads for a moment."""
OWNER, LIFE = "reasonforge.sandbox.owner", "reasonforge.sandbox.life"
_CONFLICT, _MISSING = 409, 404


class GoneError(Exception):
    """The container, or what ran in it, is no more: what the program did, not the engine."""


@frozen
class Exec:
    """A process in a container, with its streams' socket. Close it before its container is removed.

    Attributes:
        socket: does not block.
        early: what it had said when the engine's answer came; it was read together with that, and the socket has it no
            more.
    """

    id: str
    socket: socket.socket
    early: bytes
    _stream: Any

    def close(self) -> None:
        """Both the response and its socket: an engine waits for either, up to 20 s, when removing."""
        with contextlib.suppress(OSError, ValueError):
            self._stream._response.close()  # noqa: SLF001 - docker-py hands it out nowhere else
        with contextlib.suppress(OSError, ValueError):
            self._stream.close()
        with contextlib.suppress(OSError):
            self.socket.close()


@define
class Engine:
    """One Docker engine. Blocking, and to be called from threads; each has its own connection.

    Attributes:
        url: None takes the environment's (DOCKER_HOST), or the local socket.
        runtime: None is the engine's default; `runsc` is gVisor, where the engine has it.
        cpus: processors that one container may use.
        timeout_seconds: for one answer.
    """

    url: str | None = None
    runtime: str | None = None
    cpus: float = 0.5
    timeout_seconds: float = 30.0
    _local: threading.local = field(factory=threading.local, init=False)
    _clients: "list[docker.APIClient]" = field(factory=list, init=False)
    _seccomp: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._seccomp = (files(__package__) / "seccomp.json").read_text(encoding="utf-8")

    def version(self) -> str:
        with _translated():
            return str(self._client().version()["Version"])

    def has(self, image: str) -> bool:
        """Whether the engine has it; `ValidatorFault` when it does not answer."""
        with _translated():
            try:
                self._client().inspect_image(image)
            except docker.errors.ImageNotFound:
                return False
            return True

    def start(self, image: Image, limits: RunLimits, labels: Mapping[str, str]) -> str:
        """A running container with nothing in it but its keeper; its id."""
        with _translated():
            client = self._client()
            made = client.create_container(
                image.reference,
                ["sleep", "infinity"],
                user=KEEPER,
                working_dir="/job",
                environment={},
                labels=dict(labels),
                hostname="sandbox",
                network_disabled=True,
                host_config=self._host_config(client, image, limits),
            )["Id"]
            try:
                client.start(made)
            except (docker.errors.APIError, requests.exceptions.RequestException):
                self.remove(made)
                raise
            return str(made)

    def _host_config(self, client: "docker.APIClient", image: Image, limits: RunLimits) -> Any:
        ulimits = {"nofile": 256, "core": 0, "fsize": max(limits.file_bytes, FILES_BYTES), "memlock": 0, "msgqueue": 0}
        mounted = "rw,noexec,nosuid,nodev"
        return client.create_host_config(
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges", f"seccomp={self._seccomp}"],
            pids_limit=max(limits.processes, LEAST_PROCESSES),
            mem_limit=limits.memory_bytes,
            memswap_limit=limits.memory_bytes,
            nano_cpus=round(self.cpus * 1_000_000_000),
            tmpfs={
                "/tmp": f"{mounted},size={limits.file_bytes},nr_inodes=8192,mode=1777,uid=65534,gid=65534",  # noqa: S108 - the container's own
                "/job": f"{mounted},size={FILES_BYTES},nr_inodes=1024,mode=0755,uid=65533,gid=65533",
                "/dev/mqueue": f"ro,{mounted[3:]},size=4096",
            },
            ipc_mode="none",
            init=True,
            log_config=docker.types.LogConfig(type="none"),
            ulimits=[docker.types.Ulimit(name=name, soft=most, hard=most) for name, most in ulimits.items()],
            binds={str(path): {"bind": str(path), "mode": "ro"} for path in image.mounts},
            runtime=self.runtime,
            oom_score_adj=500,
        )

    def execute(self, container: str, argv: Sequence[str], user: str, environment: Mapping[str, str]) -> Exec:
        """Start a process in a container; `GoneError` when it does not run any more."""
        with _translated(), _container_may_be_gone():
            client = self._client()
            started = client.exec_create(
                container,
                list(argv),
                user=user,
                workdir="/job",
                environment=dict(environment),
                stdin=True,
                stdout=True,
                stderr=True,
            )["Id"]
            stream = client.exec_start(started, socket=True)
            streams: socket.socket = stream._sock  # noqa: SLF001 - the only way to the socket itself
            streams.setblocking(False)  # or peek would wait where nothing is left
            early = bytes(stream._response.raw._fp.fp.peek())  # noqa: SLF001 - what was read together with the head
            return Exec(started, streams, early, stream)

    def exit_code(self, running: Exec) -> int | None:
        """The engine's own word on how it ended; None while it runs. `GoneError` when it cannot be told."""
        with _translated(), _container_may_be_gone():
            found = self._client().exec_inspect(running.id)
        if found["Running"]:
            return None
        if found["ExitCode"] is None:
            raise GoneError("it has neither an exit code nor a process")
        return int(found["ExitCode"])

    def runs(self, container: str) -> bool:
        with _translated():
            try:
                return bool(self._client().inspect_container(container)["State"]["Running"])
            except docker.errors.NotFound:
                return False

    def remove(self, container: str) -> None:
        """Kill whatever is in it, and it; one that is gone already is no error."""
        with _translated():
            try:
                self._client().remove_container(container, force=True, v=True)
            except docker.errors.APIError as error:
                if error.status_code not in {_MISSING, _CONFLICT}:  # gone, or another call is removing it
                    raise

    def owned(self, owner: str) -> Sequence[tuple[str, str]]:
        """Containers of an owner, in whatever state: id and the life that made each."""
        with _translated():
            found = self._client().containers(all=True, filters={"label": f"{OWNER}={owner}"})
            return [(one["Id"], one["Labels"].get(LIFE, "")) for one in found]

    def close(self) -> None:
        """Close every connection."""
        while self._clients:
            self._clients.pop().close()
        self._local = threading.local()

    def _client(self) -> "docker.APIClient":
        client: docker.APIClient | None = getattr(self._local, "client", None)
        if client is None:
            client = (
                docker.APIClient(base_url=self.url, version="auto", timeout=self.timeout_seconds)
                if self.url
                else docker.APIClient(version="auto", timeout=self.timeout_seconds, **docker.utils.kwargs_from_env())
            )
            self._local.client = client
            self._clients.append(client)
        return client


@contextlib.contextmanager
def _container_may_be_gone() -> Iterator[None]:
    try:
        yield
    except docker.errors.APIError as error:
        if error.status_code in {_CONFLICT, _MISSING} or error.is_server_error():
            raise GoneError(str(error.explanation)) from error
        raise


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except docker.errors.ImageNotFound as error:
        raise ValidatorFault(f"the container engine has no such image: {error.explanation}") from error
    except docker.errors.APIError as error:
        raise ValidatorFault(f"the container engine refused: {error.explanation}") from error
    except (docker.errors.DockerException, requests.exceptions.RequestException, OSError) as error:
        raise ValidatorFault(f"the container engine does not answer; is dockerd running? ({error})") from error
