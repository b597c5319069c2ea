"""Reading routes that answer city B's own people with something else than 200, each with its reason and where the answer is shown.

The grid fails for a route of this table that answers 200 or is no longer there: then its line goes.
"""

from __future__ import annotations

from collections.abc import Mapping

_SHEETS = "needs an assessment that was begun: tests/acceptance/reviews/test_pages.py shows it"
_BUILDING = "needs a construction plan on whose steps something was handed in: tests/acceptance/construction/test_pages.py shows it"
_ROUND = "needs an assessment that was judged and sent back: tests/acceptance/reviews/test_pages.py shows it"
_VERDICT = "needs a panel's verdict that was signed: tests/acceptance/reviews/test_pages.py shows it"

UNOWNED: Mapping[str, tuple[int, str]] = {
    "GET /api/v1/channel/cases/<uuid:case_id>": (
        401,
        "a program asks with its signature, a person's log-in counts for nothing: tests/shared_channels/test_channel_cases.py",
    ),
    "GET /console/assessments/<uuid:assessment_id>": (404, _SHEETS),
    "GET /console/assessments/<uuid:assessment_id>/admission": (404, _SHEETS),
    "GET /console/assessments/<uuid:assessment_id>/files/<uuid:row_id>": (404, _SHEETS),
    "GET /console/assessments/<uuid:assessment_id>/items/<item_code>": (404, _SHEETS),
    "GET /console/construction/evidence/<uuid:evidence_id>/file": (404, _BUILDING),
    "GET /console/construction/evidence/<uuid:evidence_id>/return": (404, _BUILDING),
    "GET /console/construction/steps/<uuid:step_id>/evidence": (404, _BUILDING),
    "GET /console/construction/urges/<uuid:urge_id>": (404, _BUILDING),
    "GET /console/indicators/<code>/ledger": (
        422,
        "shows one day, which its query must name: tests/acceptance/indicators/test_pages.py",
    ),
    "GET /console/rectifications/<uuid:assessment_id>": (404, _ROUND),
    "GET /console/rectifications/files/<uuid:row_id>": (404, _ROUND),
    "GET /console/rectifications/findings/<uuid:finding_id>": (404, _ROUND),
    "GET /console/verdicts/<uuid:verdict_id>": (404, _VERDICT),
    "GET /console/verdicts/<uuid:verdict_id>/dossier": (404, _VERDICT),
    "GET /console/verdicts/<uuid:verdict_id>/paper": (404, _VERDICT),
    "GET /m/<centre_code>/items/<code>/start": (
        303,
        "only leads to the item's page, the same for everybody: tests/shared_channels/mobile/test_applying.py",
    ),
}


def as_expected(route: str, status: int) -> bool:
    """Whether an owner's answer is what the table says: exactly that status for its routes; an answer or a conflict for all others."""
    return status == UNOWNED[route][0] if route in UNOWNED else status in (200, 409)
