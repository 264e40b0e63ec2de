prelude
import Numbers
set_option genCtorIdx false

/-! Names to which the kernel, the elaborator or the compiler of Lean give a meaning of their own. A proof that could
declare them would say what they mean; each is taken here, by a proposition that nothing proves. None of them is a
function, so that what the kernel would compute by itself cannot even be written. -/

inductive Lean.reduceBool : Prop
inductive Lean.reduceNat : Prop
inductive Lean.ofReduceBool : Prop
inductive Lean.ofReduceNat : Prop
inductive Lean.trustCompiler : Prop
inductive Nat.div : Prop
inductive Nat.mod : Prop
inductive Nat.gcd : Prop
inductive Nat.log2 : Prop
inductive Nat.land : Prop
inductive Nat.lor : Prop
inductive Nat.xor : Prop
inductive Nat.shiftLeft : Prop
inductive Nat.shiftRight : Prop
inductive String.mk : Prop

inductive IO : Prop
inductive EIO : Prop
inductive BaseIO : Prop
inductive Lean.Macro : Prop
inductive Lean.ParserDescr : Prop
inductive Lean.TrailingParserDescr : Prop
inductive Lean.Syntax : Prop
inductive Lean.Name : Prop
inductive Lean.Expr : Prop
inductive Lean.Parser.Parser : Prop
inductive Lean.Parser.TrailingParser : Prop
inductive Lean.MonadEval : Prop
inductive Lean.MonadEvalT : Prop
inductive Lean.Elab.Command.CommandElab : Prop
inductive Lean.Elab.Command.CommandElabM : Prop
inductive Lean.Elab.Term.TermElab : Prop
inductive Lean.Elab.Term.TermElabM : Prop
inductive Lean.Elab.Tactic.Tactic : Prop
inductive Lean.Elab.Tactic.TacticM : Prop
inductive Lean.Meta.MetaM : Prop
inductive Lean.Core.CoreM : Prop
inductive Lean.AttributeImpl : Prop
inductive Lean.Option : Prop
inductive Lean.PrettyPrinter.Unexpander : Prop
inductive Lean.PrettyPrinter.Delaborator.Delab : Prop
inductive Lean.PrettyPrinter.Formatter : Prop
inductive Lean.PrettyPrinter.Parenthesizer : Prop
inductive Lean.Meta.Simp.Simproc : Prop
inductive Lean.Meta.Simp.DSimproc : Prop
inductive Lean.Linter : Prop
