"""Five honest writers of one solution, and what a copier does to one of them."""

import random
from collections.abc import Callable

from attrs import frozen


@frozen
class Problem:
    """x ≡ a (mod p), x ≡ b (mod q), with the figures every right solution shows."""

    p: int
    q: int
    a: int
    b: int

    @property
    def statement(self) -> str:
        return (
            f"A librarian counts a stack of index cards. Counted in groups of {self.p}, exactly {self.a} cards remain; "
            f"counted in groups of {self.q}, exactly {self.b} cards remain. Find the smallest non-negative number of "
            "cards that the stack can hold, and state it as an integer. Explain each step of the reasoning."
        )

    @property
    def inverse(self) -> int:
        return pow(self.p, -1, self.q)

    @property
    def gap(self) -> int:
        return (self.b - self.a) % self.q

    @property
    def turns(self) -> int:
        return self.gap * self.inverse % self.q

    @property
    def answer(self) -> int:
        return self.a + self.p * self.turns


def drawn(rng: random.Random) -> Problem:
    p, q = rng.sample([7, 11, 13, 17, 19, 23, 29, 31], 2)
    return Problem(p, q, rng.randrange(p), rng.randrange(q))


def _steps(text: str) -> tuple[str, ...]:
    """One step a paragraph, each in one line."""
    return tuple(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def textbook(t: Problem) -> tuple[str, ...]:
    return _steps(f"""
    Let x denote the unknown size of the stack. The two counts translate into the congruences x = {t.a} (mod {t.p})
    and x = {t.b} (mod {t.q}). Both moduli are prime and they differ, hence they are coprime and the Chinese
    remainder theorem guarantees precisely one solution modulo {t.p} * {t.q} = {t.p * t.q}.

    From the first congruence we may write x = {t.a} + {t.p} k for some integer k that is not negative.
    Substituting this expression into the second congruence yields {t.p} k = {t.b} - {t.a} (mod {t.q}), and
    after reduction of the right hand side this becomes {t.p} k = {t.gap} (mod {t.q}).

    To isolate k we require the multiplicative inverse of {t.p} modulo {t.q}. The extended Euclidean algorithm
    supplies {t.inverse}, which is readily confirmed because {t.p} * {t.inverse} = {t.p * t.inverse}, a number
    that leaves remainder 1 upon division by {t.q}.

    Multiplying both sides by that inverse gives k = {t.gap} * {t.inverse} = {t.gap * t.inverse}, which reduces
    to {t.turns} modulo {t.q}. The least admissible value of the parameter is therefore k = {t.turns}, since
    every other admissible value exceeds it by a multiple of {t.q}.

    Inserting the parameter into the expression for x produces x = {t.a} + {t.p} * {t.turns} = {t.answer}.
    Verification is immediate: dividing {t.answer} by {t.p} leaves {t.a}, while dividing it by {t.q} leaves
    {t.b}, exactly as demanded. As the value lies below {t.p * t.q}, no smaller solution exists.
    """)


def chatty(t: Problem) -> tuple[str, ...]:
    return _steps(f"""
    OK so first thing: what do we actually know here? Taking cards away {t.p} at a time we end up holding {t.a},
    and doing the same thing {t.q} at a time we end up holding {t.b}. I'll call the total n, because I always do.

    Numbers that fit the first clue go {t.a}, {t.a + t.p}, {t.a + 2 * t.p} and on like that, jumping {t.p} every
    time. My plan is just to figure out how many jumps I need before the second clue starts working too. Say it
    takes me j jumps.

    Each jump pushes my leftover for {t.q} up by {t.p % t.q}, wrapping around whenever I pass {t.q}. Right now
    it sits at {t.a % t.q} and I'd like it to be {t.b}, so I'm missing {t.gap}. In other words I want
    {t.p} * j to look like {t.gap} once I throw away all the {t.q}s.

    Here's a neat trick. If I do {t.inverse} jumps I've moved {t.p} * {t.inverse} = {t.p * t.inverse}, and
    that's one more than a bunch of {t.q}s, so it bumps my leftover by just 1. I need {t.gap} bumps like that,
    so {t.gap} * {t.inverse} = {t.gap * t.inverse} jumps would do it.

    But nobody forces me to do all of those! Going {t.q} jumps brings me back where I began, so I chuck out as
    many rounds of {t.q} as I can and I'm left with {t.turns} jumps.

    So n comes out as {t.a} + {t.p} * {t.turns} = {t.answer}. Quick sanity check, is {t.answer} really {t.a}
    over a multiple of {t.p}? Yep. Is it {t.b} over a multiple of {t.q}? Yep again. And anything less would
    have meant fewer jumps, which we saw doesn't work, so I'm happy with it.
    """)


def terse(t: Problem) -> tuple[str, ...]:
    return _steps(f"""
    Setup. Unknown N, remainders ({t.a}, {t.b}), divisors ({t.p}, {t.q}), gcd 1. Period of joint pattern:
    {t.p} * {t.q} = {t.p * t.q}; search range 0 to {t.p * t.q - 1} suffices, uniqueness inside it by CRT.

    Candidate family: N = {t.a} + {t.p} m, m running 0 to {t.q - 1}. Constraint two turns it into a linear
    equation for m: {t.p} m = {t.gap} mod {t.q} (difference of remainders, taken positive).

    Inverse step: find u with {t.p} u = 1 mod {t.q}. Trial over u returns u = {t.inverse}; product
    {t.p} * {t.inverse} = {t.p * t.inverse} = 1 + {t.q} * {(t.p * t.inverse - 1) // t.q}. Correct.

    Solve: m = {t.gap} * {t.inverse} = {t.gap * t.inverse}, mod {t.q} equals {t.turns}. Only one m inside
    range, therefore only one N inside range, no case distinction needed anywhere.

    Result: N = {t.a} + {t.p} * {t.turns} = {t.answer}. Cross-check A, {t.answer} - {t.a} = {t.answer - t.a},
    divisible by {t.p}, quotient {t.turns}. Cross-check B, {t.answer} - {t.b} = {t.answer - t.b}, divisible by
    {t.q}, quotient {(t.answer - t.b) // t.q}. Minimality: next member up sits {t.p * t.q} higher, previous
    member down is negative; so reported value is minimum. Method cost: one inversion, one product, one
    reduction; brute force enumeration over m confirms identical output, no second hit found before period
    closes. Residual risk none, all operations exact integers, no rounding, no approximations, nothing
    skipped; answer format requested was plain integer, given accordingly.
    """)


def teacher(t: Problem) -> tuple[str, ...]:
    return _steps(f"""
    Whenever two different groupings of one collection are described, students should look for a number
    meeting two remainder conditions simultaneously. Our collection leaves {t.a} under grouping by {t.p}, and
    it leaves {t.b} under grouping by {t.q}; please keep those two facts in view throughout.

    Begin from the second fact this time. Any collection satisfying it has {t.b} + {t.q} s cards where s counts
    complete groups of {t.q}. What must s satisfy in order that the first fact hold as well? Removing {t.a}
    cards must leave something that {t.p} divides without remainder.

    It is often easier to turn the question around and ask how many groups of {t.p} fit, say r of them. Then
    {t.p} r and {t.gap} must agree when measured by {t.q}. Division is not available in this arithmetic, yet
    multiplication by a suitable partner achieves the same purpose.

    The partner of {t.p} is {t.inverse}: observe that {t.p} * {t.inverse} = {t.p * t.inverse}, one beyond a
    multiple of {t.q}. Consequently r must agree with {t.gap} * {t.inverse} = {t.gap * t.inverse}, and casting
    out multiples of {t.q} we find that r equals {t.turns}.

    Our collection accordingly contains {t.a} + {t.p} * {t.turns} = {t.answer} cards. A careful student now
    tests both facts. Grouping {t.answer} cards by {t.p} gives {t.turns} full groups with {t.a} spare; grouping
    them by {t.q} gives {t.answer // t.q} full groups with {t.b} spare. Both facts hold, and because collections
    meeting them are spaced {t.p * t.q} apart, ours, being less than that spacing, is indeed the least of all.
    """)


def program(t: Problem) -> tuple[str, ...]:
    return _steps(f"""
    I treat this as a sieve and simulate by hand what a loop would execute. State variable: value, initialised
    with remainder {t.a}; stride: {t.p}; stop condition: value % {t.q} = {t.b}. Termination follows since
    stride and {t.q} share no factor, so after at most {t.q} iterations every residue has been visited.

    Iterating blindly would waste effort, thus compute the iteration index directly. After i iterations value
    holds {t.a} + {t.p} * i, hence the stop condition reads ({t.a} + {t.p} * i) % {t.q} = {t.b}, equivalently
    ({t.p} * i) % {t.q} = {t.gap}.

    A modular inverse routine called with arguments {t.p} and {t.q} returns {t.inverse}; assertion:
    ({t.p} * {t.inverse}) % {t.q} evaluates {t.p * t.inverse} % {t.q} = 1, passes. Index i becomes
    ({t.gap} * {t.inverse}) % {t.q} = {t.gap * t.inverse} % {t.q} = {t.turns}.

    Return statement: {t.a} + {t.p} * {t.turns} = {t.answer}. Unit tests executed mentally: {t.answer} % {t.p} =
    {t.a}, expected {t.a}, green; {t.answer} % {t.q} = {t.b}, expected {t.b}, green. Regression on minimality:
    indices smaller than {t.turns} were shown unable to trigger the stop condition because inverse arithmetic
    admits a single index below {t.q}. Complexity is logarithmic thanks to the Euclidean routine, whereas the
    naive sieve is linear. Memory is constant. Output type integer as the interface requires, no overflow
    possible with inputs of such magnitude, and the function is deterministic, so repeated invocations agree.
    """)


WRITERS: tuple[Callable[[Problem], tuple[str, ...]], ...] = (textbook, chatty, terse, teacher, program)

_SYNONYMS = """
    stack/pile unknown/hidden number/figure gives/yields find/determine because/since hence/thus therefore/so
    every/each exactly/precisely leaves/keeps first/initial solution/answer value/quantity multiple/product
    least/smallest cards/tickets collection/set routine/procedure returns/outputs jumps/hops need/want
    little/tiny remainder/residue divisible/splittable condition/requirement second/other dividing/splitting
    equation/relation modulo/mod congruence/equivalence expression/formula parameter/variable index/position
    iterations/rounds grouping/batching full/complete student/learner facts/clues inverse/reciprocal
    range/interval members/elements check/test produces/makes multiplying/scaling sides/halves
    confirmed/verified admissible/allowed search/scan trick/ploy total/sum leftover/rest constraint/restriction
    family/class trial/testing
"""
SYNONYMS: dict[str, str] = dict(pair.split("/") for pair in _SYNONYMS.split())
_GREEK_AND_CYRILLIC = str.maketrans("aeopcxyis", "аеорсхуіѕ")
INTRODUCTION = (
    "Before I turn to the computation, a few remarks on how I am going to organise my work. Problems of this sort have "
    "a long tradition reaching back to Sun Zi, and they reward patience over cleverness. I shall name the quantities, "
    "relate them, and only then calculate; a closing paragraph confirms that nothing went wrong on the way."
)


def reordered(parts: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    return tuple(rng.sample(parts, len(parts)))


def shuffled_sentences(parts: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    sentences = [sentence for part in parts for sentence in part.split(". ")]
    rng.shuffle(sentences)
    size = -(-len(sentences) // len(parts))
    return tuple(". ".join(sentences[start : start + size]) for start in range(0, len(sentences), size))


def synonyms(parts: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    """Three in ten content words replaced, by a synonym where one is listed and otherwise by an invented word."""

    def replaced(word: str) -> str:
        bare = word.strip(".,:;?!").lower()
        if not bare.isalpha() or len(bare) < 4 or rng.random() >= 0.30:
            return word
        return word.lower().replace(
            bare, SYNONYMS.get(bare, f"{bare[:2]}ombar{len(bare)}ly".replace(str(len(bare)), ""))
        )

    return tuple(" ".join(map(replaced, part.split(" "))) for part in parts)


def new_introduction(parts: tuple[str, ...], _rng: random.Random) -> tuple[str, ...]:
    return (INTRODUCTION, *parts[1:])


def homoglyphs(parts: tuple[str, ...], _rng: random.Random) -> tuple[str, ...]:
    return tuple(part.translate(_GREEK_AND_CYRILLIC) for part in parts)


def zero_width(parts: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    strange = "\u200b\u200d\u2060\u00ad\u0301\ufeff"
    return tuple(
        "".join(letter + (rng.choice(strange) if rng.random() < 0.3 else "") for letter in part) for part in parts
    )


def padded(parts: tuple[str, ...], rng: random.Random) -> tuple[str, ...]:
    filler = [
        " ".join(rng.choice(("river", "lamp", "seven", "tall", "grey", "walks")) for _ in range(60)) for _ in parts
    ]
    return tuple(text for pair in zip(parts, filler, strict=True) for text in pair)


ATTACKS: tuple[Callable[[tuple[str, ...], random.Random], tuple[str, ...]], ...] = (
    reordered,
    shuffled_sentences,
    synonyms,
    new_introduction,
    homoglyphs,
    zero_width,
    padded,
)
