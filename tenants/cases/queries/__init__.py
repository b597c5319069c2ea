"""Reading cases: one case opened, an applicant's own, a clerk's list, where a case stands in words."""

from __future__ import annotations

from tenants.cases.queries.desk import (
    CaseFilter,
    clerk_case,
    item_choices,
    next_of_desk,
    unit_choices,
    unit_limit,
    work_counts,
    work_list,
)
from tenants.cases.queries.keys import Running, as_secret, in_flight, person_key
from tenants.cases.queries.one import (
    CheckLine,
    Opened,
    StepLine,
    case_of_event,
    checks,
    contact_of,
    form_lines,
    form_of,
    form_text,
    materials,
    opened,
    person_ref_of,
    rating,
    reason_of,
    revision_of,
    timeline,
)
from tenants.cases.queries.own import own_case, own_cases
from tenants.cases.queries.progress import Progress, progress

__all__ = [
    "CaseFilter",
    "CheckLine",
    "Opened",
    "Progress",
    "Running",
    "StepLine",
    "as_secret",
    "case_of_event",
    "checks",
    "clerk_case",
    "contact_of",
    "form_lines",
    "form_of",
    "form_text",
    "in_flight",
    "item_choices",
    "materials",
    "next_of_desk",
    "opened",
    "own_case",
    "own_cases",
    "person_key",
    "person_ref_of",
    "progress",
    "rating",
    "reason_of",
    "revision_of",
    "timeline",
    "unit_choices",
    "unit_limit",
    "work_counts",
    "work_list",
]
