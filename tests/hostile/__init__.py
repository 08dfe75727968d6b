"""Attacks on slots: whatever stands in a fill, the rest of the file stays as it is, and nothing hostile is kept."""
