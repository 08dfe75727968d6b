"""Filling slots of a project: which there are, what a model is shown, and what becomes of its answers."""
