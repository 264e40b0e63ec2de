prelude
set_option genCtorIdx false

/-! Propositions, equality and the data types that Lean's own elaborator asks for. Nothing here is an axiom but the
three at the end, which no task rests on unless it says so. The `unsafe` ones belong to the compiler: the kernel takes
no safe declaration that uses them. -/

universe u v w

unsafe axiom lcErased : Type
unsafe axiom lcAny : Type
unsafe axiom lcVoid : Type

set_option bootstrap.inductiveCheckResultingUniverse false in
inductive PUnit : Sort u where
  | unit : PUnit

abbrev Unit : Type := PUnit

@[match_pattern] abbrev Unit.unit : Unit := PUnit.unit

inductive True : Prop where
  | intro : True

inductive False : Prop

inductive Empty : Type

inductive Eq : {α : Sort u} → α → α → Prop where
  | refl (a : α) : Eq a a

abbrev Eq.ndrec.{u1, u2} {α : Sort u2} {a : α} {motive : α → Sort u1} (m : motive a) {b : α} (h : Eq a b) : motive b :=
  Eq.rec m h

inductive HEq : {α : Sort u} → α → {β : Sort u} → β → Prop where
  | refl (a : α) : HEq a a

structure And (a b : Prop) : Prop where
  intro ::
  left : a
  right : b

inductive Or (a b : Prop) : Prop where
  | inl (h : a) : Or a b
  | inr (h : b) : Or a b

structure Iff (a b : Prop) : Prop where
  intro ::
  mp : a → b
  mpr : b → a

inductive Exists {α : Sort u} (p : α → Prop) : Prop where
  | intro (w : α) (h : p w) : Exists p

inductive Nonempty (α : Sort u) : Prop where
  | intro (val : α) : Nonempty α

def Not (a : Prop) : Prop := a → False

abbrev Ne {α : Sort u} (a b : α) : Prop := Not (Eq a b)

def id {α : Sort u} (a : α) : α := a

theorem rfl {α : Sort u} {a : α} : Eq a a := Eq.refl a

theorem Eq.subst {α : Sort u} {motive : α → Prop} {a b : α} (h₁ : Eq a b) (h₂ : motive a) : motive b :=
  Eq.ndrec h₂ h₁

theorem Eq.symm {α : Sort u} {a b : α} (h : Eq a b) : Eq b a :=
  Eq.rec (motive := fun x _ => Eq x a) (Eq.refl a) h

theorem Eq.trans {α : Sort u} {a b c : α} (h₁ : Eq a b) (h₂ : Eq b c) : Eq a c :=
  Eq.rec (motive := fun x _ => Eq a x) h₁ h₂

theorem congrArg {α : Sort u} {β : Sort v} {a b : α} (f : α → β) (h : Eq a b) : Eq (f a) (f b) :=
  Eq.rec (motive := fun x _ => Eq (f a) (f x)) (Eq.refl (f a)) h

theorem congrFun {α : Sort u} {β : α → Sort v} {f g : (x : α) → β x} (h : Eq f g) (a : α) : Eq (f a) (g a) :=
  Eq.rec (motive := fun (x : (x : α) → β x) _ => Eq (f a) (x a)) (Eq.refl (f a)) h

theorem congr {α : Sort u} {β : Sort v} {f g : α → β} {a b : α} (h₁ : Eq f g) (h₂ : Eq a b) : Eq (f a) (g b) :=
  Eq.rec (motive := fun (x : α → β) _ => Eq (f a) (x b)) (congrArg f h₂) h₁

abbrev cast {α β : Sort u} (h : Eq α β) (a : α) : β := Eq.rec (motive := fun x _ => x) a h

abbrev Eq.mp {α β : Sort u} (h : Eq α β) (a : α) : β := cast h a

theorem eq_of_heq {α : Sort u} {a b : α} (h : HEq a b) : Eq a b :=
  have general : (β : Sort u) → (b : β) → HEq a b → (h : Eq α β) → Eq (cast h a) b :=
    fun _ _ h₁ => HEq.rec (motive := fun {β : Sort u} (b : β) _ => (h₂ : Eq α β) → Eq (cast h₂ a) b)
      (fun _ => Eq.refl a) h₁
  general α b h rfl

theorem heq_of_eq {α : Sort u} {a b : α} (h : Eq a b) : HEq a b :=
  Eq.rec (motive := fun x _ => HEq a x) (HEq.refl a) h

theorem HEq.symm {α β : Sort u} {a : α} {b : β} (h : HEq a b) : HEq b a :=
  HEq.rec (motive := fun {β} (b : β) _ => HEq b a) (HEq.refl a) h

abbrev False.elim {C : Sort u} (h : False) : C := False.rec (fun _ => C) h

abbrev absurd {a : Prop} {b : Sort v} (h₁ : a) (h₂ : Not a) : b := False.elim (h₂ h₁)

theorem And.symm {a b : Prop} (h : And a b) : And b a := And.intro h.right h.left

theorem Or.elim {a b c : Prop} (h : Or a b) (left : a → c) (right : b → c) : c :=
  Or.rec (motive := fun _ => c) left right h

theorem Exists.elim {α : Sort u} {p : α → Prop} {b : Prop} (h : Exists p) (h₂ : (a : α) → p a → b) : b :=
  Exists.rec (motive := fun _ => b) h₂ h

structure PProd (α : Sort u) (β : Sort v) where
  fst : α
  snd : β

set_option bootstrap.inductiveCheckResultingUniverse false in
structure MProd (α β : Type u) where
  fst : α
  snd : β

structure Prod (α : Type u) (β : Type v) where
  fst : α
  snd : β

structure PULift.{r, s} (α : Sort s) : Sort (max s r 1) where
  up ::
  down : α

structure ULift.{r, s} (α : Type s) : Type (max s r) where
  up ::
  down : α

inductive Bool : Type where
  | false : Bool
  | true : Bool

class inductive Decidable (p : Prop) : Type where
  | isFalse (h : Not p) : Decidable p
  | isTrue (h : p) : Decidable p

inductive List (α : Type u) : Type u where
  | nil : List α
  | cons (head : α) (tail : List α) : List α

init_quot

axiom propext {a b : Prop} : Iff a b → Eq a b

axiom Quot.sound {α : Sort u} {r : α → α → Prop} {a b : α} : r a b → Eq (Quot.mk r a) (Quot.mk r b)

axiom Classical.choice {α : Sort u} : Nonempty α → α
