"""Ten statements over Coq's own library (base `coq-8.16`), easiest first."""

import math
from random import Random

from reasonforge.adapters.tasks.formal.theorem import FormalTheorem, Numbers

_NEAR = range(-9, 10)
_SMALL = range(8)
_Z = "Require Import ZArith.\nOpen Scope Z_scope.\n"
_LIA = "Require Import ZArith Lia.\nOpen Scope Z_scope.\n"


def _two(rng: Random) -> Numbers:
    return {"a": rng.randint(3, 99), "b": rng.randint(3, 99)}


def _summed(rng: Random) -> Numbers:
    drawn = _two(rng)
    return {**drawn, "c": drawn["a"] + drawn["b"]}


def _remainder(rng: Random) -> Numbers:
    a, m, b = rng.randint(2, 99), rng.randint(12, 999), rng.randint(1, 11)
    return {"c": a * m, "m": m, "b": b}


def _quadratic(rng: Random) -> Numbers:
    a, b = rng.randint(2, 60), rng.randint(2, 60)
    return {"a": a, "b": b, "s": a + b, "p": a * b}


def _odd(rng: Random) -> Numbers:
    return {"a": 2 * rng.randint(5, 4_999) + 1, "b": 2 * rng.randint(1, 4_999)}


def _coprime(rng: Random) -> Numbers:
    a = rng.randint(3, 60)
    b = rng.choice([other for other in range(3, 99) if math.gcd(a, other) == 1])
    return {"a": a, "b": b, "c": a * b}


def _bezout(at: Numbers) -> Numbers:
    """a·u = b·v + 1 with u and v not negative."""
    u = pow(at["a"], -1, at["b"])
    return {"u": u, "v": (at["a"] * u - 1) // at["b"]}


def _bound(rng: Random) -> Numbers:
    a, b = rng.randint(2, 60), rng.randint(2, 60)
    s, d = rng.randint(1, 500), rng.randint(1, 500)
    return {"a": a, "b": b, "s": s, "d": d, "c": a * s + b * d}


def _recurrence(rng: Random) -> Numbers:
    r, b, c = rng.randint(3, 30), rng.randint(1, 60), rng.randint(1, 60)
    return {"r": r, "q": r - 1, "b": b, "c": c, "k": (r - 1) * b + c}


def _runs(at: Numbers) -> bool:
    value = at["b"]
    for n in _SMALL:
        if at["q"] * value + at["c"] != at["k"] * at["r"] ** n:
            return False
        value = at["r"] * value + at["c"]
    return True


def _roots(at: Numbers) -> list[int]:
    """Both lie between 0 and s, since neither their sum nor their product is negative."""
    return [x for x in range(at["s"] + 1) if x * x - at["s"] * x + at["p"] == 0]


def _geometric(rng: Random) -> Numbers:
    return {"a": rng.randint(2, 99), "b": rng.randint(2, 999)}


COQ_THEOREMS = (
    FormalTheorem(
        name="combined_multiples",
        words="$a times n plus $b times n is $c times n for every natural number n",
        statement="Definition Goal_statement : Prop := forall n : nat, $a * n + $b * n = $c * n.",
        proof="Require Import Lia.\nTheorem goal : Goal_statement.\nProof. intro n. lia. Qed.\n",
        near_miss=(
            "Require Import Lia.\nTheorem goal : forall n : nat, $a * n + $b * n = $c * n + 0 * S n.\n"
            "Proof. intro n. lia. Qed.\n"
        ),
        draw=_summed,
        most=999,
        holds=lambda at: at["a"] + at["b"] == at["c"],
    ),
    FormalTheorem(
        name="weighted_bound",
        words="x ≤ $s and y ≤ $d imply that $a times x plus $b times y is at most $c, for all integers x and y",
        statement=(
            f"{_Z}Definition Goal_statement : Prop :=\n  forall x y : Z, x <= $s -> y <= $d -> $a * x + $b * y <= $c."
        ),
        proof=f"{_LIA}Theorem goal : Goal_statement.\nProof. intros x y first second. lia. Qed.\n",
        near_miss=(
            f"{_LIA}Theorem goal : forall x y : Z, x < $s -> y < $d -> $a * x + $b * y < $c.\n"
            "Proof. intros x y first second. lia. Qed.\n"
        ),
        draw=_bound,
        holds=lambda at: at["a"] * at["s"] + at["b"] * at["d"] <= at["c"],
    ),
    FormalTheorem(
        name="kept_remainder",
        words="$c times n plus $b leaves the remainder $b when divided by $m, for every integer n",
        statement=f"{_Z}Definition Goal_statement : Prop := forall n : Z, ($c * n + $b) mod $m = $b.",
        proof=(
            f"{_LIA}Theorem goal : Goal_statement.\n"
            "Proof. intro n. replace ($c * n + $b) with ($b + ($a * n) * $m) by lia.\n"
            "  rewrite Z_mod_plus_full. reflexivity. Qed.\n"
        ),
        near_miss=(
            f"{_LIA}Theorem goal : Goal_statement.\n"
            "Proof. intro n. replace ($c * n + $b) with ($b + ($a * (n + 1)) * $m) by lia.\n"
            "  rewrite Z_mod_plus_full. reflexivity. Qed.\n"
        ),
        draw=_remainder,
        holds=lambda at: all((at["c"] * n + at["b"]) % at["m"] == at["b"] for n in _NEAR),
        witness=lambda at: {"a": at["c"] // at["m"]},
    ),
    FormalTheorem(
        name="always_even",
        words="n² + $a·n + $b is even for every integer n",
        statement=(f"{_Z}Definition Goal_statement : Prop := forall n : Z, exists k : Z, n * n + $a * n + $b = 2 * k."),
        proof=(
            f"{_LIA}Theorem goal : Goal_statement.\n"
            "Proof. intro n. destruct (Z.Even_or_Odd n) as [[m even] | [m odd]]; subst n.\n"
            "  - exists (2 * m * m + $a * m + $h). lia.\n"
            "  - exists (2 * m * m + 2 * m + $a * m + $g + $h). lia. Qed.\n"
        ),
        near_miss=(
            f"{_LIA}Theorem goal : Goal_statement.\n"
            "Proof. intro n. destruct (Z.Even_or_Odd n) as [[m even] | [m odd]]; subst n.\n"
            "  - exists (2 * m * m + $a * m + $h). lia.\n"
            "  - exists (2 * m * m + 2 * m + $a * m + $h). lia. Qed.\n"
        ),
        draw=_odd,
        holds=lambda at: all((n * n + at["a"] * n + at["b"]) % 2 == 0 for n in _NEAR),
        witness=lambda at: {"h": at["b"] // 2, "g": (at["a"] + 1) // 2},
    ),
    FormalTheorem(
        name="roots_of_a_quadratic",
        words="x² − $s·x + $p = 0 implies x = $a or x = $b, for every integer x",
        statement=(
            f"{_Z}Definition Goal_statement : Prop :=\n  forall x : Z, x * x - $s * x + $p = 0 -> x = $a \\/ x = $b."
        ),
        proof=(
            f"{_LIA}Theorem goal : Goal_statement.\nProof. intros x root.\n"
            "  assert (factored : (x - $a) * (x - $b) = 0) by lia.\n"
            "  apply Z.mul_eq_0 in factored. lia. Qed.\n"
        ),
        near_miss=(
            f"{_LIA}Theorem goal : Goal_statement.\nProof. intros x root.\n"
            "  assert (factored : (x + $a) * (x - $b) = 0) by lia.\n"
            "  apply Z.mul_eq_0 in factored. lia. Qed.\n"
        ),
        draw=_quadratic,
        holds=lambda at: at["s"] <= 120 and _roots(at) == sorted({at["a"], at["b"]}),
    ),
    FormalTheorem(
        name="coprime_divisors",
        words="a number that $a and $b both divide is divided by $c",
        statement=(f"{_Z}Definition Goal_statement : Prop := forall n : Z, ($a | n) -> ($b | n) -> ($c | n)."),
        proof=(
            f"{_LIA}Theorem goal : Goal_statement.\n"
            "Proof. intros n [i first] [j second]. exists ($u * j - $v * i). lia. Qed.\n"
        ),
        near_miss=(
            f"{_LIA}Theorem goal : Goal_statement.\n"
            "Proof. intros n [i first] [j second]. exists ($u * i - $v * j). lia. Qed.\n"
        ),
        draw=_coprime,
        holds=lambda at: at["b"] > 1 and math.gcd(at["a"], at["b"]) == 1 and math.lcm(at["a"], at["b"]) == at["c"],
        witness=_bezout,
    ),
    FormalTheorem(
        name="mapped_sum",
        words=(
            "the sum of a list of natural numbers, each first multiplied by $a and then raised by $b, is $a times its "
            "sum plus $b times its length"
        ),
        statement=(
            "Require Import List.\nDefinition Goal_statement : Prop := forall l : list nat,\n"
            "  list_sum (map (fun x => $a * x + $b) l) = $a * list_sum l + $b * length l."
        ),
        proof=(
            "Require Import List Lia.\nTheorem goal : Goal_statement.\n"
            "Proof. intro l. induction l as [|x rest known].\n  - cbn. lia.\n"
            "  - change (list_sum (x :: rest)) with (x + list_sum rest).\n"
            "    change (length (x :: rest)) with (S (length rest)).\n"
            "    change ($a * x + $b + list_sum (map (fun x => $a * x + $b) rest)\n"
            "      = $a * (x + list_sum rest) + $b * S (length rest)).\n"
            "    rewrite known. lia. Qed.\n"
        ),
        near_miss=(
            "Require Import List Lia.\nTheorem goal : Goal_statement.\n"
            "Proof. intro l. induction l as [|x rest known].\n  - cbn. lia.\n"
            "  - change (list_sum (x :: rest)) with (x + list_sum rest).\n"
            "    change (length (x :: rest)) with (S (length rest)).\n"
            "    change ($a * x + $b + list_sum (map (fun x => $a * x + $b) rest)\n"
            "      = $a * (x + list_sum rest) + $b * length rest).\n"
            "    rewrite known. lia. Qed.\n"
        ),
        draw=_two,
        most=999,
        holds=lambda at: all(
            sum(at["a"] * x + at["b"] for x in range(n)) == at["a"] * sum(range(n)) + at["b"] * n for n in _SMALL
        ),
    ),
    FormalTheorem(
        name="arithmetic_series",
        words="twice the sum of $b + $a·i for i from 0 to n is (n + 1)·(2·$b + $a·n), for every natural number n",
        statement=(
            "Fixpoint series (n : nat) : nat := match n with O => $b | S m => series m + ($b + $a * n) end.\n"
            "Definition Goal_statement : Prop := forall n : nat, 2 * series n = (n + 1) * (2 * $b + $a * n)."
        ),
        proof=(
            "Require Import Lia.\nTheorem goal : Goal_statement.\nProof. intro n. induction n as [|n known].\n"
            "  - cbn [series]. lia.\n  - cbn [series]. rewrite PeanoNat.Nat.mul_add_distr_l, known. lia. Qed.\n"
        ),
        near_miss=(
            "Require Import Lia.\nTheorem goal : Goal_statement.\nProof. intro n. destruct n as [|n].\n"
            "  - cbn [series]. lia.\n  - cbn [series]. rewrite PeanoNat.Nat.mul_add_distr_l. lia. Qed.\n"
        ),
        draw=_two,
        most=999,
        holds=lambda at: all(
            2 * sum(at["b"] + at["a"] * i for i in range(n + 1)) == (n + 1) * (2 * at["b"] + at["a"] * n)
            for n in _SMALL
        ),
    ),
    FormalTheorem(
        name="affine_recurrence",
        words=(
            "the sequence that begins with $b and goes on by x ↦ $r·x + $c satisfies $q·x + $c = $k·$r^n at its n-th "
            "member, counted from 0"
        ),
        statement=(
            f"{_Z}Fixpoint member (n : nat) : Z := match n with O => $b | S m => $r * member m + $c end.\n"
            "Definition Goal_statement : Prop :=\n  forall n : nat, $q * member n + $c = $k * $r ^ Z.of_nat n."
        ),
        proof=(
            f"{_LIA}Theorem goal : Goal_statement.\nProof. intro n. induction n as [|n known].\n"
            "  - reflexivity.\n  - rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. cbn [member].\n"
            "    replace ($k * ($r * $r ^ Z.of_nat n)) with ($r * ($k * $r ^ Z.of_nat n)) by lia.\n"
            "    rewrite <- known. lia. Qed.\n"
        ),
        near_miss=(
            f"{_LIA}Theorem goal : Goal_statement.\nProof. intro n. induction n as [|n known].\n"
            "  - reflexivity.\n  - rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. cbn [member].\n"
            "    replace ($k * ($r * $r ^ Z.of_nat n)) with ($q * ($k * $r ^ Z.of_nat n)) by lia.\n"
            "    rewrite <- known. lia. Qed.\n"
        ),
        draw=_recurrence,
        holds=_runs,
    ),
    FormalTheorem(
        name="geometric_divisor",
        words="$a − 1 divides $b times ($a^n − 1), for every natural number n",
        statement=(
            f"{_Z}Definition Goal_statement : Prop :=\n  forall n : nat, ($a - 1 | $b * ($a ^ Z.of_nat n - 1))."
        ),
        proof=(
            f"{_LIA}Theorem power : forall n : nat, ($a - 1 | $a ^ Z.of_nat n - 1).\n"
            "Proof. induction n as [|n [k known]].\n  - exists 0. reflexivity.\n"
            "  - exists ($a * k + 1). rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. lia. Qed.\n"
            "Theorem goal : Goal_statement.\nProof. intro n. apply Z.divide_mul_r. apply power. Qed.\n"
        ),
        near_miss=(
            f"{_LIA}Theorem power : forall n : nat, ($a - 1 | $a ^ Z.of_nat n).\n"
            "Proof. induction n as [|n [k known]].\n  - exists 1. reflexivity.\n"
            "  - exists ($a * k + 1). rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. lia. Qed.\n"
            "Theorem goal : Goal_statement.\nProof. intro n. apply Z.divide_mul_r. apply power. Qed.\n"
        ),
        draw=_geometric,
        holds=lambda at: at["a"] > 1 and all(at["b"] * (at["a"] ** n - 1) % (at["a"] - 1) == 0 for n in _SMALL),
    ),
)
