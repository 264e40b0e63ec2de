prelude
import Logic
set_option genCtorIdx false

/-! Natural numbers. The kernel computes `add sub mul pow beq ble` on literals by itself: they must be defined as it
computes them. The names of its other shortcuts are taken in `Guards.lean`. -/

universe u v w

inductive Nat : Type where
  | zero : Nat
  | succ (n : Nat) : Nat

class OfNat (α : Type u) (_ : Nat) where
  ofNat : α

instance instOfNatNat (n : Nat) : OfNat Nat n where
  ofNat := n

theorem Nat.succ.inj' {n m : Nat} (h : Eq (Nat.succ n) (Nat.succ m)) : Eq n m :=
  congrArg (fun x => Nat.rec (motive := fun _ => Nat) n (fun k _ => k) x) h

theorem Nat.succ_ne_zero (n : Nat) (h : Eq (Nat.succ n) Nat.zero) : False :=
  Eq.subst (motive := fun x => Nat.rec (motive := fun _ => Prop) False (fun _ _ => True) x) h True.intro

noncomputable def Nat.decEq : (n m : Nat) → Decidable (Eq n m) := fun n =>
  Nat.rec (motive := fun n => (m : Nat) → Decidable (Eq n m))
    (fun m => Nat.rec (motive := fun m => Decidable (Eq Nat.zero m)) (Decidable.isTrue rfl)
      (fun k _ => Decidable.isFalse (fun h => Nat.succ_ne_zero k (Eq.symm h))) m)
    (fun n ih m => Nat.rec (motive := fun m => Decidable (Eq (Nat.succ n) m))
      (Decidable.isFalse (Nat.succ_ne_zero n))
      (fun k _ => Decidable.rec (motive := fun _ => Decidable (Eq (Nat.succ n) (Nat.succ k)))
        (fun h => Decidable.isFalse (fun e => h (Nat.succ.inj' e)))
        (fun h => Decidable.isTrue (congrArg Nat.succ h)) (ih k)) m)
    n

noncomputable section

def Nat.pred : Nat → Nat
  | .zero => .zero
  | .succ n => n

def Nat.add : Nat → Nat → Nat
  | n, .zero => n
  | n, .succ m => .succ (Nat.add n m)

def Nat.sub : Nat → Nat → Nat
  | n, .zero => n
  | n, .succ m => Nat.pred (Nat.sub n m)

def Nat.mul : Nat → Nat → Nat
  | _, .zero => .zero
  | n, .succ m => Nat.add (Nat.mul n m) n

def Nat.pow : Nat → Nat → Nat
  | _, .zero => .succ .zero
  | n, .succ m => Nat.mul (Nat.pow n m) n

def Nat.beq : Nat → Nat → Bool
  | .zero, .zero => .true
  | .zero, .succ _ => .false
  | .succ _, .zero => .false
  | .succ n, .succ m => Nat.beq n m

def Nat.ble : Nat → Nat → Bool
  | .zero, .zero => .true
  | .zero, .succ _ => .true
  | .succ _, .zero => .false
  | .succ n, .succ m => Nat.ble n m

/-- `n ≤ m`. -/
inductive Nat.le (n : Nat) : Nat → Prop where
  | refl : Nat.le n n
  | step {m : Nat} (h : Nat.le n m) : Nat.le n (Nat.succ m)

/-- `n < m`. -/
def Nat.lt (n m : Nat) : Prop := Nat.le (Nat.succ n) m

/-- `n` divides `m`. -/
def Nat.dvd (n m : Nat) : Prop := Exists (fun k => Eq m (Nat.mul n k))

/-- 0 + 1 + … + n. -/
def Nat.sum : Nat → Nat
  | .zero => .zero
  | .succ n => Nat.add (Nat.sum n) (.succ n)

/-- The parity of a number. -/
def Nat.even (n : Nat) : Prop := Exists (fun k => Eq n (Nat.add k k))

theorem Nat.zero_add : (n : Nat) → Eq (Nat.add 0 n) n
  | .zero => rfl
  | .succ n => congrArg Nat.succ (Nat.zero_add n)

theorem Nat.succ_add : (n m : Nat) → Eq (Nat.add (Nat.succ n) m) (Nat.succ (Nat.add n m))
  | _, .zero => rfl
  | n, .succ m => congrArg Nat.succ (Nat.succ_add n m)

theorem Nat.add_comm : (n m : Nat) → Eq (Nat.add n m) (Nat.add m n)
  | n, .zero => Eq.symm (Nat.zero_add n)
  | n, .succ m => Eq.trans (congrArg Nat.succ (Nat.add_comm n m)) (Eq.symm (Nat.succ_add m n))

theorem Nat.add_assoc : (n m k : Nat) → Eq (Nat.add (Nat.add n m) k) (Nat.add n (Nat.add m k))
  | _, _, .zero => rfl
  | n, m, .succ k => congrArg Nat.succ (Nat.add_assoc n m k)

end

/-! The elaborator writes `n + 1` by these when it unifies; a proof may write `n + m` by them, spelt out. -/

@[reducible] def outParam (α : Sort u) : Sort u := α

class Add (α : Type u) where
  add : α → α → α

class HAdd (α : Type u) (β : Type v) (γ : outParam (Type w)) where
  hAdd : α → β → γ

@[reducible] instance instHAdd {α : Type u} [Add α] : HAdd α α α where
  hAdd a b := Add.add a b

@[reducible] noncomputable instance instAddNat : Add Nat where
  add := Nat.add

structure Char where
  ofNat ::
  toNat : Nat

/-- The kernel gives every text literal this type, and unfolds it by `String.ofList`. -/
structure String where
  ofList ::
  toList : List Char
