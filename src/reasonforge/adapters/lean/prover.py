import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence

from attrs import define, evolve, field, frozen

from reasonforge.adapters.lean.audit import audit_source, read_axioms, read_messages
from reasonforge.adapters.lean.installation import LeanBase, LeanInstallation
from reasonforge.adapters.lean.screen import objection
from reasonforge.application.ports.sandbox import MEBIBYTE, Program, Run, RunEnd, RunLimits, Sandbox
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.proof_source import UnreadableSource, read_source
from reasonforge.domain.proof_verdict import ProofOutcome, ProofVerdict, excerpt

TOOLCHAIN = "lean"
KEPT_STATEMENTS = 64
_OUTPUT_BYTES = 256 * 1024
_FILE_BYTES = 64 * MEBIBYTE
_PROCESSES = 64
_LIBRARY_LIMITS = RunLimits(60.0, 60.0, 2_048 * MEBIBYTE, _OUTPUT_BYTES, _FILE_BYTES, _PROCESSES)
_STATEMENT = "Statement"
_SUBMISSION = "Submission"
_AUDIT = "Audit"
_NO_SUCH_PROGRAM = frozenset({126, 127})
_UNKNOWN = ("Unknown identifier", "Unknown constant", "unknown identifier", "unknown constant")
_PASSED = {
    RunEnd.TIME: ProofVerdict.TIME_LIMIT,
    RunEnd.MEMORY: ProofVerdict.MEMORY_LIMIT,
    RunEnd.OUTPUT: ProofVerdict.OUTPUT_LIMIT,
}


@frozen
class _Stopped(Exception):  # noqa: N818 - not an error: the verdict that ends the stages early
    """A stage ended the matter."""

    verdict: ProofVerdict
    reason: str
    axioms: tuple[str, ...] = ()


@frozen
class _Job:
    """One run of `lean` over `module`.lean; `compiles` when its compiled module is wanted."""

    module: str
    source: str
    files: Mapping[str, bytes]
    limits: RunLimits
    compiles: bool = True


@define
class _Stopwatch:
    """The time that the stages of one proof took together."""

    seconds: float = 0.0


@define
class LeanProver:
    """Proofs in Lean 4, against the bases it is given.

    Each of the three stages is a fresh sandbox: the statement (kept, by its content), the submission against it, the
    audit of ours over both compiled modules. Files of ours write every header, so a source can import nothing.

    On Lean's own `Init` a source can extend the elaborator and put declarations into the environment that no kernel
    saw. There the compiled submission is replayed: a kernel checks each of its declarations again. Where the
    installation cannot do that, such a base is refused.

    Attributes:
        libraries: base id → library. One with `prelude` (our core) has no macro system and runs no programs.

    Raises:
        OperatorError: a base on `Init`, and an installation without a replay.
    """

    sandbox: Sandbox
    installation: LeanInstallation
    libraries: Mapping[str, LeanBase]
    _compiled: dict[str, Mapping[str, bytes]] = field(factory=dict, init=False)
    _statements: dict[str, bytes] = field(factory=dict, init=False)
    _compiling: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    def __attrs_post_init__(self) -> None:
        for name, base in self.libraries.items():
            if not base.prelude and self.installation.replay(_SUBMISSION, base.search) is None:
                raise OperatorError(
                    f"the Lean base {name} stands on Init, where a source can forge its environment: it needs "
                    f"lean4checker beside {self.installation.version}, to replay what was compiled"
                )

    @property
    def system(self) -> str:
        return "lean4"

    @property
    def tool(self) -> str:
        return f"lean/{self.installation.version} in {self.sandbox.name}"

    @property
    def stages(self) -> int:
        return 3 if self.installation.replay(_SUBMISSION, ()) is None else 4

    def bases(self) -> frozenset[str]:
        return frozenset(self.libraries)

    async def prove(self, goal: ProofAnswer, source: bytes) -> ProofOutcome:
        base = self.libraries.get(goal.base)
        if goal.system != self.system or base is None:
            raise ValidatorFault(f"there is no base {goal.base!r} of {goal.system} here")
        text = read_source(source)
        if isinstance(text, UnreadableSource):
            return ProofOutcome(ProofVerdict.REJECTED_SOURCE, text.reason)
        if reason := objection(text):
            return ProofOutcome(ProofVerdict.REJECTED_SOURCE, reason)
        files = await self._files(goal, base)
        watch = _Stopwatch()
        try:
            axioms = await self._judge(watch, goal, files, text)
        except _Stopped as stopped:
            return ProofOutcome(stopped.verdict, stopped.reason, watch.seconds, stopped.axioms)
        return ProofOutcome(ProofVerdict.PROVED, "the kernel accepts it", watch.seconds, axioms)

    async def self_test(self) -> Sequence[SelfTest]:
        return [await self._canary(base) for base in sorted(self.libraries)]

    async def _canary(self, base: str) -> SelfTest:
        tool = f"{self.tool}, base {base}"
        goal = ProofAnswer("lean4", base, _CANARY, "canary", _CANARY_PROOF)
        try:
            true = await self.prove(goal, _CANARY_PROOF.encode())
            false = await self.prove(goal, _CANARY_LIE.encode())
        except ValidatorFault as fault:
            return SelfTest(tool, passed=False, detail=str(fault))
        passed = true.proved and false.verdict is ProofVerdict.FORBIDDEN_AXIOM
        return SelfTest(tool, passed, f"true: {true.verdict}, false: {false.verdict}")

    async def _files(self, goal: ProofAnswer, base: LeanBase) -> Mapping[str, bytes]:
        """The compiled library and statement; each made once for each content.

        Raises:
            ValidatorFault: one does not compile; that is our mistake or the task's author's.
        """
        content = "\0".join((goal.base, goal.statement, *goal.allowed_axioms))
        key = hashlib.sha256(content.encode()).hexdigest()
        async with self._compiling:
            if goal.base not in self._compiled:
                self._compiled[goal.base] = await self._compiled_library(base)
            library = self._compiled[goal.base]
            if key not in self._statements:
                compiled = await self._compiled_statement(goal, base, library)
                if len(self._statements) >= KEPT_STATEMENTS:
                    self._statements.pop(next(iter(self._statements)))
                self._statements[key] = compiled
            return {**library, f"{_STATEMENT}.olean": self._statements[key]}

    async def _compiled_library(self, base: LeanBase) -> Mapping[str, bytes]:
        files: dict[str, bytes] = {}
        for module, source in base.sources.items():
            job = _Job(module, source, dict(files), _LIBRARY_LIMITS)
            files[f"{module}.olean"] = await self._ours(base, job, f"the library module {module}")
        return files

    async def _compiled_statement(self, goal: ProofAnswer, base: LeanBase, library: Mapping[str, bytes]) -> bytes:
        # What is allowed must be there before the submission: otherwise that would say what it means.
        known = "".join(f"#check @_root_.{axiom}\n" for axiom in goal.allowed_axioms)
        source = f"{base.header()}{goal.statement}\nexample : Prop := _root_.Goal_statement\n{known}"
        return await self._ours(base, _Job(_STATEMENT, source, library, _limits(goal)), "the task's statement")

    async def _ours(self, base: LeanBase, job: _Job, what: str) -> bytes:
        try:
            run = await self._run(_Stopwatch(), base, job)
        except _Stopped as stopped:
            raise ValidatorFault(f"{what} cannot be compiled: {stopped.reason}") from stopped
        if run.exit_code != 0 or f"{job.module}.olean" not in run.outputs:
            raise ValidatorFault(f"{what} does not compile: {_complaint(run)}")
        return run.outputs[f"{job.module}.olean"]

    async def _judge(
        self, watch: _Stopwatch, goal: ProofAnswer, files: Mapping[str, bytes], text: str
    ) -> tuple[str, ...]:
        """The axioms of a proof that stands.

        Raises:
            _Stopped: it does not.
        """
        base = self.libraries[goal.base]
        job = _Job(_SUBMISSION, base.header(_STATEMENT) + text, files, _limits(goal))
        run = await self._run(watch, base, job)
        module = f"{_SUBMISSION}.olean"
        if run.exit_code != 0 or module not in run.outputs:
            raise _Stopped(ProofVerdict.COMPILE_ERROR, f"the proof does not compile: {_complaint(run)}")
        files = {**files, module: run.outputs[module]}
        await self._replay(watch, goal, files)
        name = f"audit_{secrets.token_hex(8)}"
        audit = audit_source(base.header(_STATEMENT, _SUBMISSION), goal.theorem, name)
        run = await self._run(watch, base, _Job(_AUDIT, audit, files, _limits(goal), compiles=False))
        messages = read_messages(run.stdout)
        if run.exit_code != 0 or messages is None or run.stderr.strip():
            raise _audit_failed(run, goal.theorem)
        axioms = read_axioms(messages, name, audit.count("\n"))
        if axioms is None:
            raise _Stopped(ProofVerdict.UNSOUND_FLAGS, f"the audit tells something else: {_complaint(run)}")
        if strange := [axiom for axiom in axioms if axiom not in goal.allowed_axioms]:
            raise _Stopped(ProofVerdict.FORBIDDEN_AXIOM, f"it rests on {excerpt(', '.join(strange))}", axioms)
        return axioms

    async def _replay(self, watch: _Stopwatch, goal: ProofAnswer, files: Mapping[str, bytes]) -> None:
        """The kernel's second look at every declaration of the submission, where the installation offers one.

        Raises:
            _Stopped: it refuses one, or passed a limit.
            ValidatorFault: the checker is not where it should be.
        """
        argv = self.installation.replay(_SUBMISSION, self.libraries[goal.base].search)
        if argv is None:
            return
        run = await self._sandboxed(watch, Program(TOOLCHAIN, argv, files, (), _limits(goal)))
        if run.exit_code in _NO_SUCH_PROGRAM:
            raise ValidatorFault(f"the replay of Lean's environment does not start: {_complaint(run)}")
        if run.exit_code != 0:
            raise _Stopped(ProofVerdict.KERNEL_REJECTED, f"the kernel refuses what was compiled: {_complaint(run)}")

    async def _run(self, watch: _Stopwatch, base: LeanBase, job: _Job) -> Run:
        """One stage in a sandbox of its own.

        Raises:
            _Stopped: it passed a limit.
        """
        compiled = f"{job.module}.olean"
        to_file = ("-o", f"$OUT/{compiled}") if job.compiles else ()
        program = Program(
            TOOLCHAIN,
            self.installation.command(("--json", *to_file, f"{job.module}.lean"), base.search),
            {**self.installation.files, **job.files, f"{job.module}.lean": job.source.encode()},
            (compiled,) if job.compiles else (),
            job.limits,
        )
        return await self._sandboxed(watch, program)

    async def _sandboxed(self, watch: _Stopwatch, program: Program) -> Run:
        (run,) = await self.sandbox.run(program)
        watch.seconds += run.seconds
        if run.end in _PASSED:
            raise _Stopped(_PASSED[run.end], f"a stage passed its {run.end}")
        return run


def _limits(goal: ProofAnswer) -> RunLimits:
    return evolve(
        _LIBRARY_LIMITS,
        wall_seconds=goal.seconds,
        cpu_seconds=goal.seconds,
        memory_bytes=goal.memory_mb * MEBIBYTE,
    )


def _audit_failed(run: Run, theorem: str) -> _Stopped:
    told = _complaint(run)
    if told.startswith(tuple(f"{unknown} `_root_.{theorem}`" for unknown in _UNKNOWN)):
        return _Stopped(ProofVerdict.MISSING_THEOREM, f"there is no theorem {theorem} at the top of the file")
    return _Stopped(ProofVerdict.STATEMENT_MISMATCH, f"{theorem} does not prove the statement: {told}")


def _complaint(run: Run) -> str:
    """The first error a tool told, or whatever it wrote; at most 80 characters."""
    messages = read_messages(run.stdout) or ()
    told = next((one.text for one in messages if one.severity == "error"), "")
    return excerpt(told or run.stderr.decode("utf-8", "replace")) or f"{run.end}, exit code {run.exit_code}"


_CANARY = "def Goal_statement : Prop := (p q : Prop) → And p q → And q p"
_CANARY_PROOF = "theorem canary : Goal_statement := fun _ _ both => And.intro both.right both.left\n"
_CANARY_LIE = "axiom lie : Goal_statement\ntheorem canary : Goal_statement := lie\n"
