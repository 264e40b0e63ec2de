"""The code families' answers against other machines: graph search, SQLite's other phrasing, encoders, brute force."""

import sqlite3
from collections import deque
from contextlib import closing
from itertools import product

import networkx as nx
import pytest

from reasonforge.adapters.tasks.families.bit_codec import BitCodec, Packet
from reasonforge.adapters.tasks.families.failing_inputs import FailingInputs
from reasonforge.adapters.tasks.families.mutation_repairs import MutationRepairs
from reasonforge.adapters.tasks.families.nfa_words import Automaton, NfaWords
from reasonforge.adapters.tasks.families.race_outcomes import Race, RaceOutcomes
from reasonforge.adapters.tasks.families.round_robin import RoundRobin, Workload
from reasonforge.adapters.tasks.families.sql_totals import SqlTotals
from reasonforge.adapters.tasks.families.stack_machines import StackMachines, StackProgram
from reasonforge.adapters.tasks.family import pose
from reasonforge.adapters.tasks.tiny_language import Program, run_compiled
from reasonforge.domain.answers.sequence import integers

HARD = pytest.mark.parametrize("difficulty", [1, 4, 7, 10])
State = tuple[int, tuple[tuple[int, int | None], ...]]
SEEDS = [f"oracle {number}" for number in range(4)]


@HARD
def test_nfa_words_by_paths_in_a_graph(difficulty: int) -> None:
    """Networkx finds a path through the layers of the automaton for exactly the words it accepts."""
    for seed in SEEDS[:2]:
        automaton = pose(NfaWords(), seed, difficulty).instance
        accepted = 0
        for word in product("ab", repeat=automaton.length):
            layers = nx.DiGraph([("start", (0, 0))])
            for at, letter in enumerate(word):
                moves = (move for move in automaton.moves if move[1] == letter)
                layers.add_edges_from(((at, start), (at + 1, end)) for start, _, end in moves)
            layers.add_edges_from(((len(word), state), "end") for state in automaton.accepting)
            accepted += nx.has_path(layers, "start", "end")
        assert NfaWords().answer(automaton).value == accepted


def test_nfa_words_of_a_known_language() -> None:
    """Of the 32 words of length 5 over a and b, 19 hold aa."""
    moves = ((0, "a", 0), (0, "a", 1), (0, "b", 0), (1, "a", 2), (2, "a", 2), (2, "b", 2))
    expected = sum("aa" in "".join(word) for word in product("ab", repeat=5))
    assert NfaWords().answer(Automaton(moves, (2,), 5)).value == expected == 19


@HARD
def test_race_outcomes_by_the_graph_of_states(difficulty: int) -> None:
    """The sinks of the graph of states that networkx reaches hold the same values."""
    for seed in SEEDS:
        race = pose(RaceOutcomes(), seed, difficulty).instance
        graph = nx.DiGraph()
        start: State = (race.start, ((0, None), (0, None)))
        waiting = [start]
        while waiting:
            state = waiting.pop()
            if state in graph and graph.out_degree(state):
                continue
            graph.add_node(state)
            x, threads = state
            for which, (at, register) in enumerate(threads):
                if at == len(race.threads[which]):
                    continue
                sign, number = race.threads[which][at]
                changed = list(threads)
                after = x
                if register is None:
                    changed[which] = (at, x)
                else:
                    after = {"+": register + number, "-": register - number, "*": register * number}[sign]
                    changed[which] = (at + 1, None)
                graph.add_edge(state, (after, tuple(changed)))
                waiting.append((after, tuple(changed)))
        sinks = {state[0] for state in nx.descendants(graph, start) if graph.out_degree(state) == 0}
        assert RaceOutcomes().answer(race) == integers(sorted(sinks))


def test_two_increments_lose_one() -> None:
    """Two threads that add 1 to a counter at 0 leave 1 or 2."""
    assert RaceOutcomes().answer(Race(0, ((("+", 1),), (("+", 1),)))) == integers([1, 2])


def test_round_robin_of_the_textbook() -> None:
    """Bursts of 24, 3 and 3 ms with a quantum of 4 (Silberschatz), each 1 ms later, end at 30, 7 and 10."""
    workload = Workload(4, ((0, 24), (1, 3), (2, 3)))
    assert RoundRobin().answer(workload) == integers([30, 7, 10])
    assert RoundRobin().solve_again(workload) == "[30, 7, 10]"


@HARD
def test_round_robin_by_a_queue_of_events(difficulty: int) -> None:
    """A queue that sorts arrivals before requeueings of the same moment gives the same times."""
    for seed in SEEDS:
        workload = pose(RoundRobin(), seed, difficulty).instance
        events = sorted((arrival, 0, job, need) for job, (arrival, need) in enumerate(workload.jobs))
        ends: dict[int, int] = {}
        ready: deque[tuple[int, int]] = deque()
        now = 0
        while events or ready:
            if not ready:
                now = max(now, events[0][0])
            while events and events[0][0] <= now:
                ready.append(events.pop(0)[2:])
            job, need = ready.popleft()
            now += min(need, workload.quantum)
            if need <= workload.quantum:
                ends[job] = now
            else:
                events = sorted([*events, (now, 1, job, need - workload.quantum)])
        assert RoundRobin().answer(workload) == integers([ends[job] for job in sorted(ends)])


@HARD
def test_sql_totals_without_three_valued_logic(difficulty: int) -> None:
    """SQLite gives the same sum when every column is asked to be not NULL and NOT is worked out by hand."""
    for seed in SEEDS:
        query = pose(SqlTotals(), seed, difficulty).instance
        with closing(sqlite3.connect(":memory:")) as database:
            database.execute("CREATE TABLE customers (id, city)")
            database.execute("CREATE TABLE orders (customer, state, amount)")
            database.executemany("INSERT INTO customers VALUES (?, ?)", query.customers)
            database.executemany("INSERT INTO orders VALUES (?, ?, ?)", query.orders)
            rows = database.execute(
                "SELECT city, state, amount FROM orders, customers WHERE customer = id "
                "AND city IS NOT NULL AND state IS NOT NULL AND amount IS NOT NULL"
            ).fetchall()
        total = sum(
            amount
            for city, state, amount in rows
            if (city == query.city) == (query.city_sign == "=")
            and state != query.state
            and (amount <= query.amount if query.amount_sign == ">" else amount >= query.amount)
        )
        assert SqlTotals().answer(query).value == total


@HARD
def test_bit_codec_round_trip(difficulty: int) -> None:
    """Encoding the answer, with the zigzag as shift and exclusive or, gives the packet back."""
    for seed in SEEDS:
        packet = pose(BitCodec(), seed, difficulty).instance
        values = [int(element.truth()) for element in BitCodec().answer(packet).value]
        data = bytearray()
        for before, value in zip([0, *values], values, strict=False):
            folded = ((value - before) << 1) ^ ((value - before) >> 63)
            while folded >= 128:
                data.append(folded & 127 | 128)
                folded >>= 7
            data.append(folded)
        assert bytes(data) == packet.data


def test_bit_codec_of_known_varints() -> None:
    """Protocol Buffers' examples: 96 01 is the number 150, which is 75 unfolded; then 01 is −1."""
    assert BitCodec().answer(Packet(bytes.fromhex("960101"))) == integers([75, 74])


@HARD
def test_failing_inputs_by_brute_force(difficulty: int) -> None:
    """Below the answer the shift divides rightly, and at the answer it does not."""
    for seed in SEEDS:
        code = pose(FailingInputs(), seed, difficulty).instance
        failing = (n for n in range(10**6) if (n * code.factor) >> code.shift != n // code.divisor)
        assert FailingInputs().answer(code).value == next(failing)


@HARD
def test_one_repair_restores_what_was_printed(difficulty: int) -> None:
    """Of the four changes, put into the listing as text, the answer's alone makes the program print what it should."""
    for seed in SEEDS[:2]:
        bug = pose(MutationRepairs(), seed, difficulty).instance
        printed = []
        for at, text in bug.options:
            listing = list(bug.program.listing)
            listing[at - 1] = listing[at - 1].replace(listing[at - 1].strip(), text)
            printed.append(run_compiled(Program(tuple(listing))))
        assert [value == bug.wanted for value in printed] == [
            letter == MutationRepairs().answer(bug).value for letter in "ABCD"
        ]
        assert run_compiled(bug.program) != bug.wanted


def test_stack_machine_by_hand() -> None:
    """Every instruction does what the statement says: both solvers give what a run on paper gives."""
    code = "PUSH 7; PUSH 2; LOOP 2; OVER; SUB; DUP; ROT; SWAP; MUL; MOD 10; SWAP; END; ADD"
    # 7 2 | 7 2 7 | 7 -5 | 7 -5 -5 | -5 -5 7 | -5 7 -5 | -5 -35 | -5 5 | 5 -5
    # 5 -5 | 5 -5 5 | 5 -10 | 5 -10 -10 | -10 -10 5 | -10 5 -10 | -10 -50 | -10 0 | 0 -10
    program = StackProgram(tuple(code.split("; ")))
    assert StackMachines().solve(program).final_answer == "-10"
    assert StackMachines().solve_again(program) == "-10"


@pytest.mark.parametrize("code", ["PUSH 1; ADD; LOOP 2; DUP; END", "PUSH 9; LOOP 99; DUP; MUL; END", "LOOP 1; END"])
def test_stack_programs_that_fail_are_refused(code: str) -> None:
    """Taking from an empty stack, growing beyond 10¹² and leaving nothing are errors of the program."""
    with pytest.raises(ValueError, match=r"stack|too large"):
        StackProgram(tuple(code.split("; ")))
