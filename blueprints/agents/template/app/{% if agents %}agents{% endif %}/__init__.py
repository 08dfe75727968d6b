"""Agents: workers with a goal that ask a language model and answer with typed data."""
