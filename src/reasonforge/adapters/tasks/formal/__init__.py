"""Formal statements with their proofs, as data: what the two families of formal tasks draw from."""
