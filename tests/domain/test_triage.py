"""A hundred and twenty questions as users ask them, and texts that are no questions at all."""

import doctest
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasonforge.domain import triage as triage_module
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.triage import LOOKED_AT, triage
from reasonforge.domain.triage_words import WORDS

QUESTIONS = {
    Discipline.MATHEMATICS: (
        "What is the integral of x^2 from 0 to 3?",
        "Find all primes p such that p + 2 is also prime and p < 50.",
        "Compute the determinant of the matrix [[1, 2], [3, 4]].",
        "How many ways are there to arrange the letters of the word BANANA?",
        "Solve for x: 2x + 5 = 17.",
        "Prove that the square root of 2 is irrational.",
        "What is the remainder when 7^100 is divided by 13?",
        "Find the eigenvalues of a symmetric 2 by 2 matrix with trace 5 and determinant 6.",
        "What is the probability of rolling two sixes with two fair dice?",
        "Evaluate the limit of sin(x)/x as x goes to 0.",
        "How many subsets of {1, ..., 10} contain no two consecutive integers?",
        "Find the area of a triangle with sides 13, 14 and 15.",
        "What is the sum of the first 100 positive integers?",
        "Determine whether the series of 1/n^2 converges.",
        "Find the greatest common divisor of 462 and 1071.",
        "How many zeros does 100 factorial end in?",
        "What is the derivative of e^x times cos x?",
        "Factor the polynomial x^3 - 6x^2 + 11x - 6.",
        "A circle has circumference 10. What is its radius?",
        "In how many different ways can one pay a dollar with quarters and dimes? Count the number of ways.",
    ),
    Discipline.CODE: (
        "Write a Python function that reverses a linked list.",
        "What does this program print? for i in range(3): print(i * i)",
        "Why does my Rust code fail to compile with a borrow error?",
        "Give a regular expression that matches IPv4 addresses.",
        "What is the time complexity of merge sort?",
        "Write an SQL query that returns the second highest salary from the table employees.",
        "Find the bug: def f(n): return n * f(n - 1)",
        "Implement an LRU cache with O(1) get and put.",
        "How do I fix a deadlock between two threads that lock the same mutexes in a different order?",
        "Explain the difference between a stack and a heap in memory management of a C++ program.",
        "Write a function that checks whether a string is a palindrome.",
        "How can I parse JSON in JavaScript without throwing an exception on malformed input?",
        "What is the output of SELECT COUNT(*) FROM users WHERE id IS NULL?",
        "My unit test passes locally but fails in Docker; how do I debug it?",
        "Design an algorithm that finds the median of a stream in logarithmic time per element.",
        "How does garbage collection in Java decide which objects to free?",
        "Refactor this loop into a list comprehension: for x in xs: ys.append(x + 1)",
        "What is the smallest input on which this binary search goes into an endless loop?",
        "Write a bash script that renames all .txt files to .md.",
        "Build a deterministic finite automaton for the strings over {a, b} that end in ab.",
    ),
    Discipline.SCIENTIFIC: (
        "A ball is thrown upwards at 20 m/s. How high does it rise?",
        "Balance the equation Fe + O2 -> Fe2O3.",
        "What is the pH of a 0.01 M solution of hydrochloric acid?",
        "Three resistors of 2, 3 and 6 ohms are connected in parallel. What is the total resistance?",
        "How many moles of water are produced by burning 4 g of hydrogen?",
        "A radioactive isotope has a half-life of 8 days. How much of it is left after 24 days?",
        "Two carriers of a recessive allele have a child. What is the probability that it is affected?",
        "What is the wavelength of a photon with energy 2 eV?",
        "Why is the sky blue?",
        "How does photosynthesis turn light into chemical energy?",
        "Which planet in the solar system has the shortest year?",
        "Translate the mRNA sequence AUGGCUUAA into a protein.",
        "A 2 kg block slides down a frictionless incline of 30 degrees. Find its acceleration.",
        "What is the efficiency of a Carnot engine working between 300 K and 600 K? Use thermodynamics.",
        "How much heat is needed to warm 1 kg of water by 10 degrees Celsius?",
        "Which metal is liquid at room temperature and was used in old thermometers?",
        "Compute the t-test statistic for these two samples with equal variance.",
        "What force acts on an electron moving at right angles to a magnetic field?",
        "Explain how vaccines train the immune system against a virus.",
        "What is the pressure of an ideal gas of 2 moles in 10 litres at 300 kelvin?",
    ),
    Discipline.STRATEGIC: (
        "Find the Nash equilibrium of this bimatrix game with payoffs (3,3), (0,5), (5,0), (1,1).",
        "Two players take turns removing 1 to 3 stones; who wins with 21 stones and best play?",
        "What should I bid in a second-price sealed-bid auction if the item is worth 100 to me?",
        "A thief has a knapsack of capacity 10 and items of given weights and values; what should he take?",
        "How should a company allocate its marketing budget between two channels to maximise profit?",
        "Schedule five jobs on two machines to minimise the makespan.",
        "What is the Shapley value of each player in a three-person majority game?",
        "Plan the cheapest route for a delivery van that visits six warehouses.",
        "In Cournot competition between two firms with linear demand, what quantities do they choose?",
        "Is cooperating a dominant strategy in the prisoner's dilemma?",
        "Find the maximum flow from source to sink in this network with the given capacities.",
        "How should I move in chess if my opponent threatens mate in one?",
        "What is the critical path of a project whose tasks have these durations and dependencies?",
        "Should the incumbent lower its price before a rival enters the market?",
        "Which stable matching do the proposing side prefer among all?",
        "Use backward induction to find the outcome of a three-stage bargaining game.",
        "What is the optimal policy of a Markov decision process with two states and discount 0.9?",
        "How many workers should be assigned to each shift so that costs are minimal and demand is met?",
        "Would you switch your investment portfolio before an election to hedge the risk?",
        "In a game of nim with heaps 3, 4 and 5, what is the winning first move?",
    ),
    Discipline.CAUSAL: (
        "Does smoking cause lung cancer, or is the correlation due to a confounder?",
        "What is P(Y | do(X=1)) in the graph X -> M -> Y with a hidden common cause of X and Y?",
        "Which variables satisfy the back-door criterion for the effect of exercise on blood pressure?",
        "Would the patient have recovered if she had not taken the drug?",
        "Is the average treatment effect identifiable from observational data here?",
        "Ice cream sales and drownings are correlated; does one cause the other?",
        "Explain Simpson's paradox in the Berkeley admissions data.",
        "Is Z a valid instrumental variable for the effect of education on wages?",
        "How much of the effect of the training programme on income is mediated by confidence?",
        "Are A and B d-separated given C in this DAG?",
        "A study found that coffee drinkers live longer. What could explain this other than coffee causing it?",
        "What is the counterfactual outcome for a unit with X=0 had X been 1?",
        "Did the minimum wage increase reduce employment, by a difference-in-differences comparison?",
        "Which bias arises when we condition on a collider?",
        "Why does randomised assignment remove confounding?",
        "Estimate the probability of necessity that the exposure caused the disease.",
        "Would the accident have happened if the brakes had been repaired?",
        "Do hospitals make people sick, or do sick people go to hospitals? Discuss reverse causation.",
        "What was the impact of the new speed limit on traffic deaths, adjusting for the season?",
        "Does more police lead to less crime, given that crime influences how many police are hired?",
    ),
    Discipline.ETHICAL: (
        "Is it morally permissible to lie to save a friend?",
        "A trolley will kill five people unless you pull a lever. Should you?",
        "May a hospital share a patient's records without informed consent?",
        "How should three heirs divide an estate fairly under the Talmudic rule?",
        "Which candidate wins under the Borda count, and is the voting rule fair?",
        "Should a self-driving car protect its passengers or pedestrians?",
        "Is it a conflict of interest if the reviewer is married to the author?",
        "What would a utilitarian say about eating meat?",
        "Under the stated duties, which obligation has priority when a promise conflicts with preventing harm?",
        "Should an employer be allowed to read employees' private messages?",
        "Is it wrong to break an unjust law?",
        "Does this lending policy discriminate against minorities by equalised odds?",
        "Who should receive the last ventilator under a triage rule that puts the youngest first?",
        "Is the allocation envy-free up to one good, and is it fair to both children?",
        "May a company keep personal data after the purpose for which consent was given has ended?",
        "Should a doctor respect a patient's wish to refuse treatment?",
        "Is capital punishment ever justified?",
        "Was the whistleblower right to leak confidential documents?",
        "Is it fair that the richest pay a higher share of taxes?",
        "Do we have a duty to help people in distant countries?",
    ),
}


def test_there_are_twenty_a_discipline() -> None:
    """All different, for each of the six."""
    assert {discipline: len(set(asked)) for discipline, asked in QUESTIONS.items()} == dict.fromkeys(Discipline, 20)


@pytest.mark.parametrize(
    ("discipline", "asked"), [(discipline, one) for discipline, several in QUESTIONS.items() for one in several]
)
def test_questions_are_told_apart(discipline: Discipline, asked: str) -> None:
    """Each is taken for its discipline, with a difficulty from 1 to 10 and the words that decided."""
    found = triage(asked)
    assert found.discipline is discipline, found
    assert 1 <= found.difficulty <= 7
    assert found.why


def test_spelling_does_not_decide() -> None:
    """Capitals, spaces, line breaks, full-width letters and curly apostrophes change nothing."""
    asked = "Is cooperating a dominant strategy in the prisoner's dilemma?"
    for told in (asked.upper(), asked.replace(" ", "  \n"), asked.replace("'", "’"), f"{asked}\u3000"):
        assert triage(told) == triage(asked)
    full_width = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in "Nash equilibrium")
    assert triage(full_width).discipline is Discipline.STRATEGIC


def test_a_longer_question_that_asks_for_more_is_harder() -> None:
    """A definition, a figure, a proof, and a proof with cases, in this order."""
    asked = [
        "Define a prime number.",
        "What is the remainder when 7^100 is divided by 13?",
        "Prove that for every prime p > 3 the number p^2 - 1 is divisible by 24.",
        (
            "Prove that for all n there is a polynomial with the stated property, show that it is unique, and derive "
            "a necessary and sufficient condition for it to have integer roots. Give a counterexample where the "
            "condition fails. Consider separately the cases n = 1, n = 2, n = 7 and n > 12, and justify each step."
        ),
    ]
    levels = [triage(one).difficulty for one in asked]
    assert all(easier < harder for easier, harder in pairwise(levels))
    assert levels[0] <= 2
    assert levels[-1] >= 8


def test_repeating_a_word_does_not_decide() -> None:
    """A word counts once: shouting python does not turn a question about ethics into one about code."""
    asked = "Is it morally permissible to break a promise to a friend? " + "python " * 500
    assert triage(asked).discipline is Discipline.ETHICAL


def test_the_reasons_name_what_decided() -> None:
    """The discipline with its points, the words, and who came second."""
    why = triage("Find the Nash equilibrium of a game between two players, and prove that it is unique.").why
    assert why[0].startswith("strategic by ")
    assert "nash" in why[0]
    assert "mathematics has " in why[0]
    assert why[1].startswith("difficulty by 16 words")


@pytest.mark.parametrize("text", ["", "   ", "?!", "?? ?? ??", "ふじさんはなぜきれいですか", "Почему?", "🙂" * 50])
def test_what_is_not_recognised_is_said(text: str) -> None:
    """Empty, punctuation, and scripts without a word of ours are taken for mathematics, and that is said."""
    found = triage(text)
    assert found.discipline is Discipline.MATHEMATICS
    assert found.why[0] == "nothing in it is recognised, so it is taken for mathematics"
    assert 1 <= found.difficulty <= 3


@pytest.mark.parametrize(
    ("text", "discipline"),
    [
        ("∫ x² dx = ?", Discipline.MATHEMATICS),
        ("次のプログラムの出力: for i in range(3): print(i)", Discipline.CODE),
        ("求 √2 + √3 的值", Discipline.MATHEMATICS),
    ],
)
def test_formulas_and_programs_speak_every_language(text: str, discipline: Discipline) -> None:
    """What is written the same everywhere decides where the words say nothing."""
    assert triage(text).discipline is discipline


@pytest.mark.parametrize(
    "piece",
    ["a ", "for all ", "(", "∫", "ﷺ", "x", "print( ", "return ", "would ", "if had ", "is it ", "1,", "\u0301", "\n"],
)
def test_huge_texts_take_no_time(piece: str) -> None:
    """Two million characters of anything are looked at in well under a second."""
    text = piece * (2_000_000 // len(piece))
    start = time.process_time()
    found = triage(text)
    assert time.process_time() - start < 0.8
    assert 1 <= found.difficulty <= 10


def test_what_comes_late_is_not_looked_at() -> None:
    """Beyond the bound nothing counts."""
    padding = "z" * LOOKED_AT
    assert triage(padding + "python") == triage(padding)


@given(st.text(max_size=300))
def test_every_text_gets_something(text: str) -> None:
    """A discipline, a difficulty in range, printable reasons; the same for the same text."""
    found = triage(text)
    assert found == triage(text)
    assert 1 <= found.difficulty <= 10
    assert all(reason.isprintable() and len(reason) < 400 for reason in found.why)


def test_no_word_is_listed_twice_in_a_discipline() -> None:
    """Each word has one worth."""
    for weighed in WORDS.values():
        words = [word.strip() for several in weighed.values() for word in several.split(",")]
        assert sorted(words) == sorted(set(words))


def test_worked_examples_are_right() -> None:
    """The docstrings' examples give what they say."""
    assert doctest.testmod(triage_module).failed == 0
