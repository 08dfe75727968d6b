"""Print how many seeded defects are found, and how often a clean file is blamed: `python -m tests.corpus [AREA]`."""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.support.corpus import Case, cases


def main(areas: list[str]) -> int:
    """Run the corpus, or the areas that are named; give 1 when anything was missed or blamed wrongly."""
    chosen = [case for case in cases() if not areas or case.area in areas]
    sums: dict[str, Counter[str]] = {}
    with ThreadPoolExecutor(2) as pool:
        for case, said in zip(chosen, pool.map(_judge, chosen), strict=True):
            sums.setdefault(case.area, Counter()).update(said)
    print(f"{'area':<14}{'defects':>9}{'found':>8}{'skipped':>9}{'recall':>9}{'clean':>8}{'blamed':>8}")
    for area, one in sorted(sums.items()):
        print(_line(area, one))
    total: Counter[str] = sum(sums.values(), Counter())
    print(_line("all", total))
    return 1 if total["missed"] or total["blamed"] else 0


def _judge(case: Case) -> Counter[str]:
    broken, clean = case.run("broken"), case.run("clean")
    missed = case.expected - broken.said
    skipped = {one for one in missed if broken.skipped(one)}
    for one in sorted(missed - skipped):
        print(f"missed  {case.name}: {one}")
    for alarm in clean.alarms:
        print(f"blamed  {case.name}: {alarm}")
    return Counter(
        defects=len(case.expected),
        found=len(case.expected - missed),
        skipped=len(skipped),
        missed=len(missed - skipped),
        clean=1,
        blamed=1 if clean.alarms else 0,
    )


def _line(area: str, one: Counter[str]) -> str:
    checked = one["defects"] - one["skipped"]
    recall = f"{one['found'] / checked:.0%}" if checked else "unknown"
    counts = f"{one['defects']:>9}{one['found']:>8}{one['skipped']:>9}"
    return f"{area:<14}{counts}{recall:>9}{one['clean']:>8}{one['blamed']:>8}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
