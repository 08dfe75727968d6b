"""What a fill may not do, whoever wrote it: checked on the whole file, before anything else looks at it."""

from scaffolder_fills.guard.check import Rejected, guard

__all__ = ["Rejected", "guard"]
