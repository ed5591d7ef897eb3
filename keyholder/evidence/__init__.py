"""Bundles of evidence: original envelopes with their proofs, for people who have nothing else."""
