"""The agent's tools over real sandboxes and provers: what it hands in was tried where it could do no harm."""

import asyncio
import importlib.util
import json
import re
import time
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from attrs import define, field

from reasonforge.adapters.llm.agent import AgentReasoner
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.sandbox_tools import ProverProofs, SandboxPython, stated_goal
from reasonforge.adapters.llm.tools import Finding, Tools
from reasonforge.adapters.memory.notifier import MemoryNotifier
from reasonforge.adapters.system.clock import SystemClock
from reasonforge.adapters.tasks.registry import PROOFS
from reasonforge.adapters.tasks.source import task_of
from reasonforge.application.ports.reasoner import Solution
from reasonforge.application.ports.sandbox import Program, Run
from reasonforge.application.ports.verifier import SelfTest
from reasonforge.domain.answers.proof import ProofAnswer
from reasonforge.domain.errors import OperatorError, ValidatorFault
from reasonforge.domain.identity import QueryId
from reasonforge.domain.task import Task
from reasonforge.entrypoints.miner import agent_tools
from tests import provers, sandboxes
from tests.requirement import require

SECONDS = 60.0


def formal_task(system: str) -> Task:
    return task_of(PROOFS[system][0], "0" * 32, 1)


def goal_of(task: Task) -> ProofAnswer:
    assert isinstance(task.answer, ProofAnswer)
    return task.answer


@define
class BrokenSandbox:
    """A sandbox that is down, or (with `patience` seconds) has no place."""

    patience: float = 0.0
    name: str = "broken"
    isolates: bool = True

    async def run(self, _program: Program, _inputs: Sequence[bytes] = (b"",)) -> Sequence[Run]:
        await asyncio.sleep(self.patience)
        raise ValidatorFault("the engine does not answer")

    async def toolchains(self) -> frozenset[str]:
        return frozenset()

    async def self_test(self) -> Sequence[SelfTest]:
        return [SelfTest(self.name, passed=False, detail="the engine does not answer")]


class TestPrograms:
    @pytest.mark.bwrap
    @pytest.mark.parametrize(
        ("source", "given", "found"),
        [
            ("print(sum(map(int, input().split())))", "19 23", Finding(True, "42\n")),
            ("import sys; sys.exit(3)", "", Finding(False, "failed with exit code 3: ")),
            ("while True: pass", "", Finding(False, "stopped: time limit")),
        ],
        ids=["sum", "exit", "endless"],
    )
    def test_a_program_is_run_or_fails(self, source: str, given: str, found: Finding) -> None:
        """What a program prints, how it failed, or which limit it passed comes back."""
        sandboxes.require_kind("bubblewrap")

        async def go() -> Finding:
            async with sandboxes.sandbox("bubblewrap") as sandbox:
                return await SandboxPython(sandbox, seconds=2.0).run(source, given, SECONDS)

        assert asyncio.run(go()) == found

    @pytest.mark.bwrap
    def test_a_program_sees_neither_network_nor_our_files(self) -> None:
        """The model's program cannot open a socket to the loopback we listen on, nor read our home."""
        sandboxes.require_kind("bubblewrap")
        source = (
            "import os, socket\nprint(os.path.exists('/root') and bool(os.listdir('/root')))\n"
            "try:\n    socket.create_connection(('127.0.0.1', 1), 1)\nexcept OSError as e:\n    print(type(e).__name__)"
        )

        async def go() -> Finding:
            async with sandboxes.sandbox("bubblewrap") as sandbox:
                return await SandboxPython(sandbox).run(source, "", SECONDS)

        found = asyncio.run(go())
        assert found.text.splitlines()[-1] in {"OSError", "ConnectionRefusedError", "PermissionError"}
        assert "True" not in found.text

    def test_a_sandbox_that_is_down_refutes_nothing(self) -> None:
        """Our own fault has no verdict on the program."""
        found = asyncio.run(SandboxPython(BrokenSandbox()).run("print(1)", "", SECONDS))
        assert found == Finding(None, "unavailable: the engine does not answer")

    def test_a_sandbox_without_a_place_is_not_waited_for(self) -> None:
        """A use ends within its time, whatever the sandbox does."""
        started = time.monotonic()
        found = asyncio.run(SandboxPython(BrokenSandbox(patience=60.0), seconds=0.1).run("print(1)", "", SECONDS))
        assert (found.verdict, time.monotonic() - started < 10) == (None, True)

    def test_without_time_nothing_starts(self) -> None:
        """A use that is given no time says so."""
        assert asyncio.run(SandboxPython(BrokenSandbox()).run("print(1)", "", 0.0)).text == "no time was left"


class TestProofs:
    @pytest.mark.bwrap
    @pytest.mark.parametrize("system", provers.SYSTEMS)
    def test_the_question_s_own_goal_is_what_is_proved(self, system: str) -> None:
        """A reference proof is accepted, the near miss is refused, and so is a proof of another goal."""
        task = formal_task(system)
        family = PROOFS[system][0]
        instance = family.read(task.problem)
        near_miss = family.go_wrong(instance, Random(1)).proof  # type: ignore[attr-defined] # of every proof family
        asked = dict(task.question(QueryId("q")).answer_format)

        async def go() -> list[bool | None]:
            with provers.prover(system) as prover:
                tool = ProverProofs({system: prover})
                return [
                    (await tool.check(form, proof, SECONDS)).verdict
                    for form, proof in (
                        (asked, goal_of(task).reference.encode()),
                        (asked, near_miss.encode()),
                        (asked | {"statement": "nonsense"}, goal_of(task).reference.encode()),
                    )
                ]

        accepted, refused, of_nonsense = asyncio.run(go())
        assert (accepted, refused) == (True, False)
        assert of_nonsense is not True

    def test_a_validator_s_nonsense_is_no_goal(self) -> None:
        """Whatever a validator sends as an answer format is read or refused."""
        stated = dict(formal_task("coq").question(QueryId("q")).answer_format)
        for changed in ({"system": "isabelle"}, {"seconds": -1}, {"seconds": "9" * 99}, {"statement": 7}, {"x": 1}):
            assert stated_goal(stated | changed) is None
        assert stated_goal({"format": "integer"}) is None
        assert stated_goal(stated | {"artifact": {"proof": {}}}) is not None

    def test_a_system_without_a_prover_is_unavailable(self) -> None:
        """Where there is no prover, nothing is said of the proof."""
        asked = formal_task("lean4").question(QueryId("q")).answer_format
        found = asyncio.run(ProverProofs({}).check(asked, b"qed", SECONDS))
        assert (found.verdict, found.text.startswith("unavailable: no prover for lean4")) == (None, True)


@define
class Logician:
    """Hands in a proof that is given up, and the real one when it is told that the first was rejected."""

    proof: str
    heard: list[str] = field(factory=list)
    name: str = "logician"

    async def speak(self, messages: Sequence[Message], _deadline: float) -> Said:
        self.heard.append(messages[-1].text)
        if "Do not solve it yet" in messages[-1].text:
            return Said(json.dumps({"steps": [{"reasoning": "Prove it."}], "no_answer_reason": "plan"}))
        told = "the proof is rejected" in messages[-1].text
        proof = self.proof if told else re.sub(r"Proof\..*?Qed\.", "Proof. Admitted.", self.proof, flags=re.DOTALL)
        return Said(json.dumps(_solution(proof)))


def _solution(proof: str) -> dict[str, Any]:
    step = {"reasoning": "By the proof handed in.", "evidence": "", "confidence": 0.9, "claims": []}
    return {"steps": [step], "final_answer": "proved", "proof": proof}


class TestAgent:
    @pytest.mark.bwrap
    @pytest.mark.coq
    def test_a_rejected_proof_is_mended_before_it_is_handed_in(self) -> None:
        """The agent learns from the prover that `Admitted` is no proof, and hands in the one that checks."""
        require("agent", importlib.util.find_spec("langgraph") is not None, "langgraph is not installed")
        task = formal_task("coq")
        logician = Logician(goal_of(task).reference)

        async def go() -> object:
            with provers.prover("coq") as prover:
                agent = AgentReasoner(logician, SystemClock(), Tools(proofs=ProverProofs({"coq": prover})))
                return await agent.reason(task.question(QueryId("q")), 120.0)

        found = asyncio.run(go())
        assert isinstance(found, Solution)
        assert found.proof_artifact is not None
        assert b"Admitted" not in found.proof_artifact
        assert "the proof checker accepts the proof" in found.steps[-1].reasoning
        assert any("the proof is rejected" in heard for heard in logician.heard)

    @pytest.mark.bwrap
    def test_the_miner_s_agent_gets_the_sandbox_its_operator_names(self) -> None:
        """`--miner.sandbox bubblewrap` gives tools that run programs; `none` gives none; a socket that is not there is
        the operator's mistake.
        """
        sandboxes.require_kind("bubblewrap")

        async def go(named: str) -> Finding:
            tools = await agent_tools(named, MemoryNotifier())
            return await tools.code.run("print(6 * 7)", "", SECONDS)

        assert asyncio.run(go("bubblewrap")) == Finding(True, "42\n")
        assert asyncio.run(go("none")).text.startswith("unavailable")
        with pytest.raises(OperatorError, match="no sandbox runner at /nowhere"):
            asyncio.run(go("/nowhere"))
