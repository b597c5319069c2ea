"""What a run saw, by operation and tenant. Latency counts from the intended start, so waiting for a free worker is part of it."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Series:
    """One operation at one tenant. Times in milliseconds."""

    latencies: list[float] = field(default_factory=list)
    services: list[float] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)

    def add(self, latency_ms: float, service_ms: float, failure: str = "") -> None:
        """One finished operation; `failure` names what went wrong, empty when it went well."""
        self.latencies.append(latency_ms)
        self.services.append(service_ms)
        if failure:
            self.failures[failure] = self.failures.get(failure, 0) + 1

    @property
    def count(self) -> int:
        """How many ended."""
        return len(self.latencies)

    @property
    def failed(self) -> int:
        """How many of them went wrong."""
        return sum(self.failures.values())

    def percentile(self, share: float) -> float:
        """The latency that `share` of all stay at or below (nearest rank); NaN without a sample."""
        return percentile(self.latencies, share)


@dataclass
class Measures:
    """Everything of one run. `unstarted`: arrivals whose turn never came before the end."""

    series: dict[tuple[str, str], Series] = field(default_factory=lambda: defaultdict(Series))
    unstarted: int = 0

    def add(
        self, operation: str, tenant: str, latency_ms: float, service_ms: float, failure: str = ""
    ) -> None:
        """Count one operation."""
        self.series[operation, tenant].add(latency_ms, service_ms, failure)

    def of_operation(self, operation: str) -> Series:
        """One operation over all tenants."""
        whole = Series()
        for (name, _), one in self.series.items():
            if name == operation:
                whole.latencies += one.latencies
                whole.services += one.services
                for failure, count in one.failures.items():
                    whole.failures[failure] = whole.failures.get(failure, 0) + count
        return whole

    @property
    def operations(self) -> list[str]:
        """Names, in alphabetical order."""
        return sorted({operation for operation, _ in self.series})


def percentile(values: list[float], share: float) -> float:
    """Nearest rank; NaN without a value."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
