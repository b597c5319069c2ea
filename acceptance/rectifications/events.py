"""Packages about findings: the opinion down, answers up, the recheck down."""

from __future__ import annotations

from dataclasses import dataclass

from acceptance.assessments.events import Handover


@dataclass(frozen=True)
class OpinionIssued(Handover):
    """The panel's opinion with its findings."""


@dataclass(frozen=True)
class AnswersSent(Handover):
    """The centre's answers of one round."""


@dataclass(frozen=True)
class Rechecked(Handover):
    """What the recheck of one round found."""
