"""Running validators side by side; what one of them does wrong does not lose what the others found."""

from __future__ import annotations

import gc
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from queue import Empty, SimpleQueue
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Final

from scaffolder_validators.finding import Finding, OriginOf, complete
from scaffolder_validators.registry import select
from scaffolder_validators.sources import Sources, parsing
from scaffolder_validators.tool import ToolTimeoutError
from scaffolder_validators.validator import Missing, Result, Skip, Tier, Validation, Validator

if TYPE_CHECKING:
    from scaffolder_validators.cache import Cache

_LOST_COUNT: Final = "recursion depth mismatch"
"""What CPython 3.11 says when trees of syntax are built side by side; see `parsing`."""


def validate(
    sources: Sources,
    *,
    tier: Tier = "project",
    only: Iterable[str] = (),
    cache: Cache | None = None,
    origin_of: OriginOf | None = None,
    narrowed: Mapping[str, Collection[str]] | None = None,
) -> Validation:
    """Check `sources.files` with all validators up to `tier` (or those that match `only`), side by side.

    `narrowed` gives, for validators by name, the only files that they shall look at.

    Raises:
        UnknownValidatorError: a pattern of `only` matches no validator.
    """
    chosen = select(tier, only)
    gc.freeze()  # what is there already stays: to look through it for each tree of syntax costs a tenth of the time
    try:
        results = _side_by_side(chosen, sources, cache, narrowed or {})
    finally:
        gc.unfreeze()
        sources.workspace.close()
    said = [*sources.problems, *(finding for result in results for finding in result.findings)]
    return Validation(results, complete(said, sources.tree, origin_of), len(sources.files))


def validate_fast(files: Mapping[str, bytes], origin_of: OriginOf | None = None) -> Validation:
    """Check files in memory with the tier `fast`, one validator after the other, without threads, cache or programs."""
    sources = Sources.of(files)
    results = tuple(_guarded(name, validator, sources, None) for name, validator in select("fast").items())
    said = (finding for result in results for finding in result.findings)
    return Validation(results, complete(said, files, origin_of), len(files))


def _side_by_side(
    chosen: Mapping[str, Validator], sources: Sources, cache: Cache | None, narrowed: Mapping[str, Collection[str]]
) -> tuple[Result, ...]:
    done: SimpleQueue[Result] = SimpleQueue()
    started = monotonic()

    def work(name: str, validator: Validator) -> None:
        mine = sources.only(path for path in sources.files if path in narrowed.get(name, sources.files))
        done.put(_guarded(name, validator, mine, cache))

    for name, validator in chosen.items():
        # A daemon: a validator that hangs is given up, and does not keep the program from ending.
        threading.Thread(target=work, args=(name, validator), name=f"validator {name}", daemon=True).start()
    results: dict[str, Result] = {}
    while len(results) < len(chosen):
        waiting = {name: one.TIMEOUT for name, one in chosen.items() if name not in results}
        try:
            result = done.get(timeout=max(0.0, min(waiting.values()) - (monotonic() - started)))
            results.setdefault(result.validator, result)
        except Empty:
            passed = monotonic() - started
            for name, limit in waiting.items():
                if limit <= passed:
                    reason = f"given up after {limit:g} s"
                    results[name] = Result(name, chosen[name].TIER, "timeout", reason=reason, seconds=passed)
    return tuple(results[name] for name in chosen)


def _guarded(name: str, validator: Validator, sources: Sources, cache: Cache | None) -> Result:
    """Run one validator; whatever it raises becomes its result."""
    started = perf_counter()
    tier = validator.TIER
    try:
        try:
            result = _run(name, validator, sources, cache)
        except SystemError as error:
            if _LOST_COUNT not in str(error):
                raise
            with parsing():  # a library built a tree of syntax while another thread did: this time nobody else does
                result = _run(name, validator, sources, cache)
    except Skip as reason:
        result = Result(name, tier, "skipped", reason=str(reason))
    except ToolTimeoutError as error:
        result = Result(name, tier, "timeout", reason=str(error))
    except Exception as error:  # noqa: BLE001 - a crash of one engine is a result of its own
        result = Result(name, tier, "error", reason=f"{type(error).__name__}: {error}")
    return replace(result, seconds=perf_counter() - started)


def _run(name: str, validator: Validator, sources: Sources, cache: Cache | None) -> Result:
    paths = [path for path in sources.files if validator.applies_to(path)]
    if not paths:
        return Result(name, validator.TIER, "ok", reason="no such files")
    probed = validator.probe()
    if isinstance(probed, Missing):
        return Result(name, validator.TIER, "skipped", reason=probed.reason, files=len(paths))
    mine = sources.only(paths)
    found, cached = _findings(name, validator, mine, probed.version, cache)
    failed = any(finding.severity == "error" for finding in found)
    return Result(
        name,
        validator.TIER,
        "failed" if failed else "ok",
        tuple(found),
        probed.version,
        files=len(paths),
        cached=cached,
    )


def _findings(
    name: str, validator: Validator, sources: Sources, version: str, cache: Cache | None
) -> tuple[list[Finding], int]:
    """Check what is not known from an earlier run; give all findings and the number of files that were known."""
    if cache is None:
        return list(validator.check(sources)), 0
    from scaffolder_validators.cache import keys_of  # noqa: PLC0415 - the fast tier needs no database

    keys = keys_of(name, version, validator, sources)
    known = cache.get(keys.values())
    fresh = [path for path in sources.files if keys[path] not in known]
    found = [finding for key in dict.fromkeys(keys.values()) if key in known for finding in known[key]]
    if fresh:
        new = list(validator.check(sources.only(fresh)))
        found += new
        cache.put(_by_key(keys, fresh, new))
    return found, len(sources.files) - len(fresh)


def _by_key(keys: Mapping[str, str], fresh: Iterable[str], found: Iterable[Finding]) -> dict[str, list[Finding]]:
    entries: dict[str, list[Finding]] = {keys[path]: [] for path in fresh}
    first = next(iter(entries))
    for finding in found:
        # A validator of a whole project may point at a file that it did not have to check.
        entries[keys.get(finding.path, first)].append(finding)
    return entries
