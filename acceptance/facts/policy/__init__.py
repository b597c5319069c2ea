"""Pure rules of facts: which kinds there are, how synthetic history looks, how long a channel was open."""

from __future__ import annotations

from acceptance.facts.policy.history import MONTHS, history, months_before, shape
from acceptance.facts.policy.kinds import KINDS, Dims, FactKind, canonical, kind_of, measurement_id, words_of

__all__ = [
    "KINDS",
    "MONTHS",
    "Dims",
    "FactKind",
    "canonical",
    "history",
    "kind_of",
    "measurement_id",
    "months_before",
    "shape",
    "words_of",
]
