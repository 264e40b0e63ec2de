"""Ten statements over the Lean core library `core-1`, easiest first. Operators are functions there: `Nat.add n m`."""

from random import Random

from reasonforge.adapters.tasks.formal.theorem import FormalTheorem, Numbers

_SMALL = range(8)


def _one(rng: Random) -> Numbers:
    return {"a": rng.randint(11, 9_999)}


def _divided(rng: Random) -> Numbers:
    n, a, b = rng.randint(20, 400), rng.randint(11, 400), rng.randint(5, 99)
    return {"a": a, "b": b, "c": n * a + b}


def _product(rng: Random) -> Numbers:
    a, b, c = rng.randint(11, 999), rng.randint(11, 999), rng.randint(1, 999)
    return {"a": a, "b": b, "c": c, "d": a * b + c}


_LE_ADD = """theorem le_add : (n k : Nat) → Nat.le n (Nat.add n k)
  | n, .zero => Nat.le.refl
  | n, .succ k => Nat.le.step (le_add n k)
"""
_CANCEL = """theorem cancel : (n m k : Nat) → Eq (Nat.add n k) (Nat.add m k) → Eq n m
  | _, _, .zero, same => same
  | n, m, .succ k, same => cancel n m k (Nat.succ.inj' same)
"""
_DISTRIBUTE = """theorem distribute : (k n m : Nat) → Eq (Nat.mul k (Nat.add n m)) (Nat.add (Nat.mul k n) (Nat.mul k m))
  | _, _, .zero => rfl
  | k, n, .succ m => Eq.trans (congrArg (fun x => Nat.add x k) (distribute k n m)) (Nat.add_assoc _ _ _)
"""
_SWAP = """theorem swap (n m k : Nat) : Eq (Nat.add (Nat.add n m) k) (Nat.add (Nat.add n k) m) :=
  Eq.trans (Nat.add_assoc n m k) (Eq.trans (congrArg (Nat.add n) (Nat.add_comm m k)) (Eq.symm (Nat.add_assoc n k m)))
"""
_SUCC_MUL = """theorem succ_mul : (n m : Nat) → Eq (Nat.mul (Nat.succ n) m) (Nat.add (Nat.mul n m) m)
  | _, .zero => rfl
  | n, .succ m => congrArg Nat.succ (Eq.trans (congrArg (fun x => Nat.add x n) (succ_mul n m)) (swap _ m n))
"""
_GAUSS = """theorem gauss : (n : Nat) → Eq (Nat.add (Nat.sum n) (Nat.sum n)) (Nat.mul n (Nat.succ n))
  | .zero => rfl
  | .succ n =>
    have shuffle (s k : Nat) : Eq (Nat.add (Nat.add s k) (Nat.add s k)) (Nat.add (Nat.add (Nat.add s s) k) k) :=
      Eq.trans (Eq.symm (Nat.add_assoc (Nat.add s k) s k)) (congrArg (fun x => Nat.add x k) (swap s k s))
    have grown : Eq (Nat.mul (Nat.succ n) (Nat.succ n)) (Nat.add (Nat.mul n (Nat.succ n)) (Nat.succ n)) :=
      succ_mul n (Nat.succ n)
    have step : Eq (Nat.add (Nat.add (Nat.sum n) (Nat.sum n)) (Nat.succ n)) (Nat.mul (Nat.succ n) (Nat.succ n)) :=
      Eq.trans (congrArg (fun x => Nat.add x (Nat.succ n)) (gauss n)) (Eq.symm grown)
    Eq.trans (shuffle (Nat.sum n) (Nat.succ n)) (congrArg (fun x => Nat.add x (Nat.succ n)) step)
"""

LEAN_THEOREMS = (
    FormalTheorem(
        name="product_and_sum",
        words="$a times $b, plus $c, is $d",
        statement="def Goal_statement : Prop := Eq (Nat.add (Nat.mul $a $b) $c) $d",
        proof="theorem goal : Goal_statement := Eq.refl $d\n",
        near_miss="theorem goal : Eq (Nat.add (Nat.mul $a $b) $d) $c := Eq.refl $c\n",
        draw=_product,
        holds=lambda at: at["a"] * at["b"] + at["c"] == at["d"],
    ),
    FormalTheorem(
        name="linear_equation",
        words="some natural number n has n times $a, plus $b, equal to $c",
        statement="def Goal_statement : Prop := Exists (fun n : Nat => Eq (Nat.add (Nat.mul n $a) $b) $c)",
        proof="theorem goal : Goal_statement := Exists.intro $n (Eq.refl $c)\n",
        near_miss="theorem goal : Goal_statement := Exists.intro (Nat.succ $n) (Eq.refl $c)\n",
        draw=_divided,
        holds=lambda at: at["c"] >= at["b"] and at["a"] > 0 and (at["c"] - at["b"]) % at["a"] == 0,
        witness=lambda at: {"n": (at["c"] - at["b"]) // at["a"]},
    ),
    FormalTheorem(
        name="divides_multiple",
        words="$a divides every number of the form $a times n, plus $a",
        statement="def Goal_statement : Prop := (n : Nat) → Nat.dvd $a (Nat.add (Nat.mul $a n) $a)",
        proof="theorem goal : Goal_statement := fun n => Exists.intro (Nat.succ n) rfl\n",
        near_miss="theorem goal : Goal_statement := fun n => Exists.intro n rfl\n",
        draw=_one,
        holds=lambda at: at["a"] > 0 and all((at["a"] * n + at["a"]) % at["a"] == 0 for n in _SMALL),
    ),
    FormalTheorem(
        name="commuted_sum",
        words="(n + $a) + m = m + (n + $a) for all natural numbers n and m",
        statement=(
            "def Goal_statement : Prop :=\n  (n m : Nat) → Eq (Nat.add (Nat.add n $a) m) (Nat.add m (Nat.add n $a))"
        ),
        proof="theorem goal : Goal_statement := fun n m => Nat.add_comm (Nat.add n $a) m\n",
        near_miss="theorem goal : Goal_statement := fun n m => Nat.add_comm m (Nat.add n $a)\n",
        draw=_one,
        holds=lambda at: all((n + at["a"]) + m == m + (n + at["a"]) for n in _SMALL for m in _SMALL),
    ),
    FormalTheorem(
        name="at_least_itself",
        words="n ≤ n + $a for every natural number n",
        statement="def Goal_statement : Prop := (n : Nat) → Nat.le n (Nat.add n $a)",
        proof=f"{_LE_ADD}theorem goal : Goal_statement := fun n => le_add n $a\n",
        near_miss=(
            f"{_LE_ADD.replace('Nat.le n (', 'Nat.le (Nat.succ n) (')}"
            "theorem goal : Goal_statement := fun n => le_add n $a\n"
        ),
        draw=_one,
        holds=lambda at: all(n <= n + at["a"] for n in _SMALL),
    ),
    FormalTheorem(
        name="moved_summand",
        words="(n + $a) + m = (n + m) + $a for all natural numbers n and m",
        statement=(
            "def Goal_statement : Prop :=\n  (n m : Nat) → Eq (Nat.add (Nat.add n $a) m) (Nat.add (Nat.add n m) $a)"
        ),
        proof=f"{_SWAP}theorem goal : Goal_statement := fun n m => swap n $a m\n",
        near_miss=f"{_SWAP}theorem goal : Goal_statement := fun n m => swap n m $a\n",
        draw=_one,
        holds=lambda at: all((n + at["a"]) + m == (n + m) + at["a"] for n in _SMALL for m in _SMALL),
    ),
    FormalTheorem(
        name="nothing_times",
        words="0 times n, plus $a, is $a for every natural number n",
        statement="def Goal_statement : Prop := (n : Nat) → Eq (Nat.add (Nat.mul 0 n) $a) $a",
        proof=(
            "theorem zero_mul : (n : Nat) → Eq (Nat.mul 0 n) 0\n  | .zero => rfl\n  | .succ n => zero_mul n\n"
            "theorem goal : Goal_statement := fun n => Eq.subst (motive := fun x => Eq (Nat.add x $a) $a) "
            "(Eq.symm (zero_mul n)) (Eq.refl $a)\n"
        ),
        near_miss="theorem goal : Goal_statement := fun n => Nat.zero_add $a\n",
        draw=_one,
        holds=lambda at: all(0 * n + at["a"] == at["a"] for n in _SMALL),
    ),
    FormalTheorem(
        name="cancelled_summand",
        words="n + $a = m + $a implies n = m for all natural numbers n and m",
        statement="def Goal_statement : Prop := (n m : Nat) → Eq (Nat.add n $a) (Nat.add m $a) → Eq n m",
        proof=f"{_CANCEL}theorem goal : Goal_statement := fun n m same => cancel n m $a same\n",
        near_miss=f"{_CANCEL}theorem goal : Goal_statement := fun n m same => cancel m n $a same\n",
        draw=_one,
        holds=lambda at: all(n == m for n in _SMALL for m in _SMALL if n + at["a"] == m + at["a"]),
    ),
    FormalTheorem(
        name="distributed_factor",
        words="$a times (n + m) is $a times n, plus $a times m, for all natural numbers n and m",
        statement=(
            "def Goal_statement : Prop :=\n"
            "  (n m : Nat) → Eq (Nat.mul $a (Nat.add n m)) (Nat.add (Nat.mul $a n) (Nat.mul $a m))"
        ),
        proof=f"{_DISTRIBUTE}theorem goal : Goal_statement := fun n m => distribute $a n m\n",
        near_miss=f"{_DISTRIBUTE}theorem goal : Goal_statement := fun n m => distribute $a m n\n",
        draw=_one,
        holds=lambda at: all(at["a"] * (n + m) == at["a"] * n + at["a"] * m for n in _SMALL for m in _SMALL),
    ),
    FormalTheorem(
        name="sum_of_the_first",
        words=(
            "twice the sum 0 + 1 + … + n, plus $a, is n times (n + 1), plus $a, for every natural number n, where "
            "Nat.sum n is that sum"
        ),
        statement=(
            "def Goal_statement : Prop :=\n  (n : Nat) → Eq (Nat.add (Nat.add (Nat.sum n) (Nat.sum n)) $a)"
            " (Nat.add (Nat.mul n (Nat.succ n)) $a)"
        ),
        proof=(
            f"{_SWAP}{_SUCC_MUL}{_GAUSS}"
            "theorem goal : Goal_statement := fun n => congrArg (fun x => Nat.add x $a) (gauss n)\n"
        ),
        near_miss=(
            f"{_SWAP}{_SUCC_MUL}{_GAUSS}"
            "theorem goal : Goal_statement := fun n => congrArg (fun x => Nat.add x $a) (gauss (Nat.succ n))\n"
        ),
        draw=_one,
        holds=lambda at: all(2 * sum(range(n + 1)) + at["a"] == n * (n + 1) + at["a"] for n in _SMALL),
    ),
)
