"""How good a project is: scores, gates, and all that they rest on, as text, JSON or one page."""

from scaffolder.quality.assessment import Assessment, assess

__all__ = ["Assessment", "assess"]
