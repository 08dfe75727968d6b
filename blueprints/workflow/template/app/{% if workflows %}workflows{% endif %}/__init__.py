"""Workflows: pipelines of steps whose progress is stored, so that a run survives a crash and repeats nothing."""
