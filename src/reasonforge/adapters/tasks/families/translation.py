import re
from itertools import product
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
)
from reasonforge.domain.answers.sequence import ListAnswer
from reasonforge.domain.answers.wording import TextAnswer
from reasonforge.domain.discipline import Discipline

_BASES = "UCAG"
_CODONS = tuple("".join(codon) for codon in product(_BASES, repeat=3))
_STANDARD = "FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG"
"""NCBI's translation table 1 in the order of `_CODONS`; * stops."""
_AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
_PAIRS = {"U": "A", "C": "G", "A": "T", "G": "C"}
_TEMPLATE = re.compile(r"\b([ACGT]{12,200})\b")
_CODE = re.compile(r"of this organism is ([A-Z*]{64}):")
_INTRON = re.compile(r"\bbases ([1-9][0-9]{0,2}) to ([1-9][0-9]{0,2})\b")


@frozen
class Gene:
    """A template strand (3' → 5', 12 to 200 bases), a code in the order of codons, and what is cut out of the mRNA.

    The intron is (first, last) base of the transcript, from 1, or nothing.
    """

    template: str
    code: str
    intron: tuple[int, int] | None

    def __attrs_post_init__(self) -> None:
        if not 12 <= len(self.template) <= 200 or len(self.code) != len(_CODONS):
            raise ValueError("a gene has 12 to 200 bases, and a code 64 letters")
        if set(self.code) - {*_AMINO_ACIDS, "*"} or (self.intron and not self._inside(*self.intron)):
            raise ValueError("a code is made of amino acids and stops, and an intron lies inside")

    def _inside(self, first: int, last: int) -> bool:
        return 1 <= first <= last <= len(self.template)

    def messenger(self) -> str:
        """The mRNA from 5' to 3', its intron cut out."""
        transcript = self.template.translate(str.maketrans("ACGT", "UGCA"))
        if self.intron is None:
            return transcript
        return transcript[: self.intron[0] - 1] + transcript[self.intron[1] :]


class Translation:
    """The protein that a template strand codes for, under a genetic code with some codons reassigned.

    Difficulty d: d + 3 amino acids, a leader of bases before the start, d/2 + 1 reassigned amino acids swapped; from
    difficulty 4 on an intron. Size: the number of amino acids. Kept where reading from the first base, the standard
    code and (where there is one) leaving the intron in all give another protein.
    """

    name: Final = "translation"
    version: Final = 1
    discipline: Final = Discipline.SCIENTIFIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Gene:
        return kept(lambda: _draw(rng, difficulty), lambda gene: _wanted(gene) and self.size(gene) == difficulty + 3)

    def state(self, instance: Gene, phrasing: int) -> str:
        intron = (
            "Nothing is spliced out of the transcript. "
            if instance.intron is None
            else f"The intron, bases {instance.intron[0]} to {instance.intron[1]} of the transcript (from 1), is "
            "spliced out. "
        )
        code = (
            f"The genetic code of this organism is {instance.code}: one-letter amino acids for the codons UUU, UUC, "
            "UUA, UUG, UCU, … GGG (each base runs through U, C, A, G, the third one fastest), * for a stop. "
        )
        ending = (
            "Translation begins at the first AUG and ends at the first stop in its frame. The final answer is a list "
            "in square brackets of one-letter amino acids, such as [M, A, K]."
        )
        if phrasing == 0:
            return (
                f"The template strand of a gene, from 3' to 5', is {instance.template}. It is transcribed from its "
                f"first base to its last. {intron}{code}Which protein is made? {ending}"
            )
        if phrasing == 1:
            return (
                f"In an organism with an unusual code an RNA polymerase reads the strand "
                f"3'-{instance.template}-5'. {intron}{code}Write down the polypeptide. {ending}"
            )
        return (
            f"{code}There a messenger RNA is transcribed, base by complementary base, from the DNA strand "
            f"{instance.template} (its 3' end is on the left). {intron}Translate the messenger. {ending}"
        )

    def answer(self, instance: Gene) -> ListAnswer:
        return ListAnswer(tuple(map(TextAnswer, _by_codons(instance))), {"format": "text", "case": False})

    def size(self, instance: Gene) -> int:
        return len(_by_codons(instance))

    def read(self, problem: str) -> Gene | None:
        return recognised(self, problem, _parse, _wanted)

    def solve(self, instance: Gene) -> WorkedSolution:
        """Transcribes, splices, finds the start, and reads codon by codon."""
        messenger, protein = instance.messenger(), _by_codons(instance)
        start = messenger.index("AUG")
        lines = [WorkedLine("The messenger is complementary to the template, with U for T.", f"mRNA {messenger}.")]
        lines.append(WorkedLine("Look for the first AUG from the 5' end.", f"AUG begins at base {start + 1}."))
        for at, amino_acid in enumerate(protein):
            codon = messenger[start + 3 * at : start + 3 * at + 3]
            place = [_BASES.index(base) for base in codon]
            number = 16 * place[0] + 4 * place[1] + place[2] + 1
            counted = equals(f"16 * {place[0]} + 4 * {place[1]} + {place[2]} + 1", number)
            lines.append(line(_LOOK_UP, f"{codon} is letter {number} of the code and means {amino_acid}", counted))
        stop = messenger[start + 3 * len(protein) : start + 3 * len(protein) + 3]
        lines.append(WorkedLine("A stop ends the protein.", f"{stop} is a stop after {len(protein)} amino acids."))
        return WorkedSolution(_listed(protein), tuple(lines))

    def solve_again(self, instance: Gene) -> str:
        """A finite automaton over the template's own bases, with a table of codons written as DNA."""
        table = {
            "".join(_PAIRS[base] for base in codon): letter
            for codon, letter in zip(_CODONS, instance.code, strict=True)
        }
        cut = range(instance.intron[0] - 1, instance.intron[1]) if instance.intron else range(0)
        window, protein, reading = "", "", False
        for at, base in enumerate(instance.template):
            if at in cut:
                continue
            window += base
            if not reading and window.endswith("TAC"):
                reading, window = True, "TAC"
            if reading and len(window) == 3:
                if table[window] == "*":
                    return _listed(protein)
                protein, window = protein + table[window], ""
        return _listed("")

    def slip(self, instance: Gene, rng: Random) -> str:
        """Uses the standard code, or forgets the intron, or an amino acid at the end."""
        right = _by_codons(instance)
        wrong = [_protein(instance.messenger(), _STANDARD), right[:-1]]
        if instance.intron:
            wrong.append(_protein(Gene(instance.template, instance.code, None).messenger(), instance.code))
        return _listed(rng.choice([protein for protein in wrong if protein]))


_LOOK_UP = "With U, C, A, G as 0 to 3, a codon xyz is letter 16x + 4y + z + 1 of the code."


def _listed(protein: str) -> str:
    return f"[{', '.join(protein)}]"


def _protein(messenger: str, code: str) -> str:
    """What is translated from the first AUG to a stop; nothing where either is missing."""
    start = messenger.find("AUG")
    if start < 0:
        return ""
    protein = ""
    for at in range(start, len(messenger) - 2, 3):
        letter = code[_CODONS.index(messenger[at : at + 3])]
        if letter == "*":
            return protein
        protein += letter
    return ""


def _by_codons(gene: Gene) -> str:
    return _protein(gene.messenger(), gene.code)


def _swapped(rng: Random, swaps: int) -> str:
    """The standard code with the meanings of some amino acids exchanged; M stays."""
    letters = rng.sample(_AMINO_ACIDS.replace("M", ""), 2 * swaps)
    pairs = list(zip(letters[::2], letters[1::2], strict=True))
    exchange = {one: other for pair in pairs for one, other in (pair, pair[::-1])}
    return "".join(exchange.get(letter, letter) for letter in _STANDARD)


def _draw(rng: Random, difficulty: int) -> Gene | None:
    code = _swapped(rng, 1 + difficulty // 2)
    leader = "".join(rng.choice(_BASES) for _ in range(rng.randint(4, 10)))
    coding = "AUG" + "".join(
        rng.choice([c for c in _CODONS if code[_CODONS.index(c)] != "*"]) for _ in range(difficulty + 2)
    )
    stop = rng.choice(("UAA", "UAG", "UGA"))
    trailer = "".join(rng.choice(_BASES) for _ in range(rng.randint(2, 6)))
    whole = leader + coding + stop + trailer
    if leader.find("AUG") >= 0 or len(leader) % 3 == 0:
        return None
    intron = None
    if difficulty >= 4:
        at, length = rng.randint(len(leader) + 4, len(leader) + len(coding) - 3), rng.randint(4, 11)
        whole = whole[:at] + "".join(rng.choice(_BASES) for _ in range(length)) + whole[at:]
        intron = (at + 1, at + length)
    template = whole.translate(str.maketrans("UCAG", "AGTC"))
    return Gene(template, code, intron)


def _wanted(gene: Gene) -> bool:
    protein = _by_codons(gene)
    unspliced = _protein(Gene(gene.template, gene.code, None).messenger(), gene.code) if gene.intron else ""
    first = gene.messenger().find("AUG") % 3
    return len(protein) > 1 and first != 0 and protein not in {_protein(gene.messenger(), _STANDARD), unspliced}


def _parse(problem: str) -> Gene | None:
    code = _CODE.search(problem)
    if code is None:
        return None
    template, intron = _TEMPLATE.search(problem.replace(code[1], "")), _INTRON.search(problem)
    return Gene(template[1], code[1], (int(intron[1]), int(intron[2])) if intron else None) if template else None
