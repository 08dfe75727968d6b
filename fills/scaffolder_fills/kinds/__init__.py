"""Kinds of slots: what a model is asked for as data, and how our code writes it."""

from scaffolder_fills.kinds.kind import Kind, Place
from scaffolder_fills.kinds.registry import KINDS, UnknownKindError, load, names

__all__ = ["KINDS", "Kind", "Place", "UnknownKindError", "load", "names"]
