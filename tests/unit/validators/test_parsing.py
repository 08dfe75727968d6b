"""Syntax trees are built by many threads while finalizers run."""

from __future__ import annotations

import ast
import gc
import threading

from scaffolder_validators.sources import parse_python

DEEP = "x = " + "(" * 30 + "1" + " + 1)" * 30 + "\n"
SOURCE = DEEP * 50


class Parsing:
    """Garbage whose finalizer parses, as one that formats a traceback does."""

    def __init__(self) -> None:
        self.itself = self  # only the collector frees it

    def __del__(self) -> None:
        ast.parse("y = 1")


def test_finalizers_and_other_threads_do_not_disturb_a_parser() -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(8):
                for _ in range(50):
                    Parsing()
                assert len(parse_python(SOURCE).body) == 50
        except BaseException as error:  # noqa: BLE001 - of a thread, for the assertion below
            errors.append(error)

    threshold = gc.get_threshold()
    gc.set_threshold(50, 2, 2)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        gc.set_threshold(*threshold)
    assert errors == []
