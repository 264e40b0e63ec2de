import asyncio
import hashlib
import secrets
from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from reasonforge.adapters.coq.audit import allowed, audit_source, read_assumptions, read_context
from reasonforge.adapters.coq.screen import objection
from reasonforge.application.ports.sandbox import MEBIBYTE, Program, Run, RunEnd, RunLimits, Sandbox
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import ValidatorFault
from reasonforge.domain.proof_source import UnreadableSource, read_source
from reasonforge.domain.proof_verdict import ProofOutcome, ProofVerdict, excerpt

TOOLCHAIN = "coq"
BASE = "coq-8.16"
KEPT_STATEMENTS = 256
_OUTPUT_BYTES = 256 * 1024
_FILE_BYTES = 32 * MEBIBYTE
_PROCESSES = 16
_PASSED = {
    RunEnd.TIME: ProofVerdict.TIME_LIMIT,
    RunEnd.MEMORY: ProofVerdict.MEMORY_LIMIT,
    RunEnd.OUTPUT: ProofVerdict.OUTPUT_LIMIT,
}
# Words of ours alone, expanded by a shell: only the sandbox knows what $OUT is.
_COMPILE = 'exec coqc -q -noglob -w none -Q . {root} -Q "$OUT" {root} {extra} -o "$OUT/{module}.vo" {module}.v'
_CHECK = "exec coqchk -silent -o -Q . {root} -norec {root}.Submission -norec {root}.Audit"


@frozen
class _Stopped(Exception):  # noqa: N818 - not an error: the verdict that ends the stages early
    """A stage ended the matter."""

    verdict: ProofVerdict
    reason: str
    axioms: tuple[str, ...] = ()


@define
class _Stages:
    """The runs of one proof, and the time they took together."""

    sandbox: Sandbox
    limits: RunLimits
    seconds: float = 0.0

    async def run(self, command: str, files: Mapping[str, bytes], outputs: tuple[str, ...] = ()) -> Run:
        """One stage in a sandbox of its own.

        Raises:
            _Stopped: it passed a limit, or was killed by a signal.
        """
        program = Program(TOOLCHAIN, ("/bin/sh", "-c", command), files, outputs, self.limits)
        (run,) = await self.sandbox.run(program)
        self.seconds += run.seconds
        if run.end in _PASSED:
            raise _Stopped(_PASSED[run.end], f"a stage passed its {run.end}")
        return run


@define
class CoqProver:
    """Proofs in Coq, against the distribution's own library.

    Each of the four stages is a fresh sandbox: the statement (kept, by its content), the submission against it, the
    audit of ours over both compiled files, and `coqchk` over the submission and the audit. The library's root has a
    name that is drawn anew for every prover, so that no source can define something by the audit's absolute names.
    """

    sandbox: Sandbox
    version: str = "8.16"
    _root: str = field(factory=lambda: f"Rf{secrets.token_hex(8)}", init=False)
    _statements: dict[str, bytes] = field(factory=dict, init=False)
    _compiling: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    @property
    def system(self) -> str:
        return "coq"

    @property
    def tool(self) -> str:
        return f"coq/{self.version} in {self.sandbox.name}"

    @property
    def stages(self) -> int:
        return 4

    def bases(self) -> frozenset[str]:
        return frozenset({BASE})

    async def prove(self, goal: ProofAnswer, source: bytes) -> ProofOutcome:
        if goal.system != self.system or goal.base not in self.bases():
            raise ValidatorFault(f"there is no base {goal.base!r} of {goal.system} here")
        text = read_source(source)
        if isinstance(text, UnreadableSource):
            return ProofOutcome(ProofVerdict.REJECTED_SOURCE, text.reason)
        if reason := objection(text):
            return ProofOutcome(ProofVerdict.REJECTED_SOURCE, reason)
        statement = await self._statement(goal)
        stages = _Stages(self.sandbox, _limits(goal))
        try:
            axioms = await self._judge(stages, goal, statement, text)
        except _Stopped as stopped:
            return ProofOutcome(stopped.verdict, stopped.reason, stages.seconds, stopped.axioms)
        return ProofOutcome(ProofVerdict.PROVED, "the kernel and coqchk accept it", stages.seconds, axioms)

    async def self_test(self) -> Sequence[SelfTest]:
        goal = ProofAnswer("coq", BASE, _CANARY, "canary", _CANARY_PROOF)
        try:
            (told,) = await self.sandbox.run(Program(TOOLCHAIN, ("coqc", "-print-version")))
            found = excerpt(told.stdout.decode("utf-8", "replace"))
            if not found.startswith(f"{self.version}."):
                return (SelfTest(self.tool, passed=False, detail=f"coqc is {found}, and {BASE} is {self.version}"),)
            true = await self.prove(goal, _CANARY_PROOF.encode())
            false = await self.prove(goal, _CANARY_LIE.encode())
        except ValidatorFault as fault:
            return (SelfTest(self.tool, passed=False, detail=str(fault)),)
        passed = true.proved and false.verdict is ProofVerdict.FORBIDDEN_AXIOM
        return (SelfTest(self.tool, passed, f"true: {true.verdict}, false: {false.verdict}"),)

    async def _statement(self, goal: ProofAnswer) -> bytes:
        """The compiled statement; made once for each text.

        Raises:
            ValidatorFault: it does not compile, or does not define `Goal_statement`; that is its author's mistake.
        """
        key = hashlib.sha256(f"{goal.base}\0{goal.statement}".encode()).hexdigest()
        async with self._compiling:
            if key not in self._statements:
                compiled = await self._compiled_statement(goal)
                if len(self._statements) >= KEPT_STATEMENTS:
                    self._statements.pop(next(iter(self._statements)))
                self._statements[key] = compiled
            return self._statements[key]

    async def _compiled_statement(self, goal: ProofAnswer) -> bytes:
        source = f"{goal.statement}\nCheck (Goal_statement : Prop).\n".encode()
        try:
            run = await _Stages(self.sandbox, _limits(goal)).run(
                self._compile("Statement"), {"Statement.v": source}, ("Statement.vo",)
            )
        except _Stopped as stopped:
            raise ValidatorFault(f"the task's statement cannot be compiled: {stopped.reason}") from stopped
        if run.exit_code != 0 or "Statement.vo" not in run.outputs:
            raise ValidatorFault(f"the task's statement does not compile: {_complaint(run)}")
        return run.outputs["Statement.vo"]

    async def _judge(self, stages: _Stages, goal: ProofAnswer, statement: bytes, text: str) -> tuple[str, ...]:
        """The axioms of a proof that stands.

        Raises:
            _Stopped: it does not.
        """
        files = {"Statement.vo": statement}
        run = await stages.run(
            self._compile("Submission", f"-require-import-from {self._root} Statement"),
            {**files, "Submission.v": text.encode()},
            ("Submission.vo",),
        )
        if run.exit_code != 0 or "Submission.vo" not in run.outputs:
            raise _Stopped(ProofVerdict.COMPILE_ERROR, f"the proof does not compile: {_complaint(run)}")
        files["Submission.vo"] = run.outputs["Submission.vo"]
        name = f"audit_{secrets.token_hex(8)}"
        audit = audit_source(self._root, goal.theorem, name).encode()
        run = await stages.run(self._compile("Audit"), {**files, "Audit.v": audit}, ("Audit.vo",))
        if run.exit_code != 0 or "Audit.vo" not in run.outputs:
            raise _audit_failed(run, goal.theorem)
        axioms = read_assumptions(run.stdout.decode("utf-8", "replace"))
        if axioms is None or run.stderr.strip():
            raise _Stopped(ProofVerdict.UNSOUND_FLAGS, f"the audit tells something else: {_complaint(run)}")
        if strange := [axiom for axiom in axioms if not allowed(axiom, goal.allowed_axioms)]:
            raise _Stopped(ProofVerdict.FORBIDDEN_AXIOM, f"it rests on {excerpt(', '.join(strange))}", axioms)
        checked = await stages.run(_CHECK.format(root=self._root), {**files, "Audit.vo": run.outputs["Audit.vo"]})
        _examine(checked, axioms)
        return axioms

    def _compile(self, module: str, extra: str = "") -> str:
        return _COMPILE.format(root=self._root, module=module, extra=extra)


def _limits(goal: ProofAnswer) -> RunLimits:
    return RunLimits(
        wall_seconds=goal.seconds,
        cpu_seconds=goal.seconds,
        memory_bytes=goal.memory_mb * MEBIBYTE,
        output_bytes=_OUTPUT_BYTES,
        file_bytes=_FILE_BYTES,
        processes=_PROCESSES,
    )


def _examine(run: Run, axioms: tuple[str, ...]) -> None:
    """What `coqchk` says must agree with the audit: no axiom of the submission's own, no check switched off."""
    if run.exit_code != 0:
        raise _Stopped(ProofVerdict.KERNEL_REJECTED, f"coqchk refuses it: {_complaint(run)}", axioms)
    context = None if run.stdout.strip() else read_context(run.stderr.decode("utf-8", "replace"))
    if context is None:
        raise _Stopped(ProofVerdict.KERNEL_REJECTED, f"coqchk tells something else: {_complaint(run)}", axioms)
    if context.unsound:
        names = excerpt(", ".join(context.unsound))
        raise _Stopped(ProofVerdict.UNSOUND_FLAGS, f"checks of the kernel were off for {names}", axioms)
    if context.axioms:
        names = excerpt(", ".join(context.axioms))
        raise _Stopped(ProofVerdict.FORBIDDEN_AXIOM, f"it declares axioms of its own: {names}", axioms)


def _audit_failed(run: Run, theorem: str) -> _Stopped:
    told = run.stderr.decode("utf-8", "replace")
    if f"Submission.{theorem} was not found" in " ".join(told.split()):
        return _Stopped(ProofVerdict.MISSING_THEOREM, f"there is no theorem {theorem} at the top of the file")
    return _Stopped(ProofVerdict.STATEMENT_MISMATCH, f"{theorem} does not prove the statement: {_complaint(run)}")


def _complaint(run: Run) -> str:
    """What a tool said was wrong, without the place; at most 80 characters."""
    told = run.stderr.decode("utf-8", "replace") or run.stdout.decode("utf-8", "replace")
    _, found, message = told.partition("Error:")
    return excerpt(message if found else told) or f"{run.end}, exit code {run.exit_code}"


_CANARY = "Definition Goal_statement : Prop := forall n : nat, n + 0 = n."
_CANARY_PROOF = """Theorem canary : Goal_statement.
Proof. intro n. induction n as [|n found]. - reflexivity. - simpl. rewrite found. reflexivity. Qed.
"""
_CANARY_LIE = "Theorem canary : Goal_statement. Proof. Admitted.\n"
