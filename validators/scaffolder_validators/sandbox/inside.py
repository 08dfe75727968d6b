"""Runs inside the sandbox as its first program: unpacks the copy, sets the limits, runs the command, hands back files.

It is given to Python as a file of its own (`python -I -S inside.py REQUEST`), so it imports the standard library alone.
`REQUEST` and the answer, which is written to a descriptor that the command does not get, are JSON.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import resource
import subprocess
import sys
import tarfile
from typing import Any, Protocol

BEGUN = "begun"
"""The first line of the answer, written before anything of the project runs."""


class _WithFilter(Protocol):
    extraction_filter: Any


def main(request: dict[str, Any]) -> None:
    """Do what `request` asks for and write the answer."""
    answer: dict[str, Any] = {}
    with os.fdopen(request["answer"], "wb", buffering=0) as channel:
        channel.write(f"{BEGUN}\n".encode())
        try:
            _unpack(request["archive"], request["project"])
        except OSError as error:
            answer["problem"] = str(error)
        else:
            for name, (soft, hard) in request["limits"].items():
                _limit(getattr(resource, name), soft, hard)
            answer["exit_code"] = _run(request)
            answer["files"] = _collect(request["collect"], request["collected"], request["project"])
        answer["peak"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        channel.write(json.dumps(answer).encode())


def _unpack(descriptor: int, folder: str) -> None:
    # The archive is ours and holds nothing but plain files and links that stay inside; 3.14's own filter would refuse
    # some of these, 3.11.0 has none.
    unfiltered: _WithFilter = tarfile.TarFile  # type: ignore[assignment]
    unfiltered.extraction_filter = staticmethod(lambda member, _path: member)
    with os.fdopen(descriptor, "rb") as source, tarfile.open(fileobj=source, mode="r:") as archive:
        archive.extractall(folder)  # noqa: S202 - as above


def _limit(kind: int, soft: int, hard: int) -> None:
    highest = resource.getrlimit(kind)[1]
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(kind, (soft, hard))


def _run(request: dict[str, Any]) -> int:
    # A session of its own: a command that signals its process group does not hit us.
    try:
        process = subprocess.Popen(  # noqa: S603 - running what is asked for is the purpose
            request["command"],
            env=request["variables"],
            cwd=request["project"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        print(f"cannot start {request['command'][0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - to the caller
        return 127
    return process.wait()


def _collect(names: list[str], limit: int, folder: str) -> dict[str, str]:
    found = {}
    for name in names:
        with contextlib.suppress(OSError), open(os.path.join(folder, name), "rb") as source:  # noqa: PTH118, PTH123
            found[name] = base64.b64encode(source.read(limit)).decode()
    return found


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
