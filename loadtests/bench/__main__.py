"""`make bench`: one line a goal, its name first. Ends with 1 when a floor is missed, 2 for an unknown name."""

from __future__ import annotations

import sys
from collections.abc import Callable

from loadtests.bench import audit, isolation
from loadtests.bench.database import Bench, bench_database
from loadtests.bench.lines import Result

WITH_DATABASE: dict[str, Callable[[Bench], Result]] = {"isolation": isolation.measure, "audit": audit.cost}
ALONE: dict[str, Callable[[], Result]] = {"verifier": audit.verifier}


def main(names: list[str]) -> int:
    """Run those that were named, or all."""
    unknown = set(names) - set(WITH_DATABASE) - set(ALONE)
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join((*WITH_DATABASE, *ALONE))}"
        )
        return 2
    chosen = set(names) or set(WITH_DATABASE) | set(ALONE)
    results: list[Result] = []

    def tell(result: Result) -> None:
        results.append(result)
        print(result.line(), flush=True)

    for name, alone in ALONE.items():
        if name in chosen:
            tell(alone())
    if chosen & set(WITH_DATABASE):
        with bench_database() as bench:
            for name, measure in WITH_DATABASE.items():
                if name in chosen:
                    tell(measure(bench))
    return 0 if all(result.kept for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
