"""Coq as a judge of proofs: `coqc` compiles, an audit of ours asks, `coqchk` checks again (4-verification §4.3)."""
