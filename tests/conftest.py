"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# The fast tests are the same each time, so that they fail for who broke them; `nox -s tests-slow` looks elsewhere.
settings.register_profile("same", derandomize=True)
settings.register_profile("elsewhere", print_blob=True)
settings.load_profile("elsewhere" if os.environ.get("SCAFFOLDER_RANDOM") else "same")
