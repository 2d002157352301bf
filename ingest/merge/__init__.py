"""Sixth step: decisions to alternatives. A person's decision outlives every run of a model, and a "no" wins."""
