"""Plan, propose and follow a city's onboarding as JSON. Approving is the inbox's; a worker carries out what was approved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.identity.entering import identity
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Api
from onboarding.manifests.service import Signature, read_city
from onboarding.provisioning.errors import RunNotFound
from onboarding.provisioning.policy import changed
from onboarding.provisioning.ports import Places
from onboarding.provisioning.schemas import ApplicationIn, ManifestIn, PlanOut, ProposedOut, RunOut
from onboarding.provisioning.service import plan_city, propose_city, run_view

api = Api("onboarding_api", __name__, url_prefix="/api/v1/onboarding", description="中心入驻")


def places() -> Places:
    """The way into the province's tenants for this request."""
    return Places(identity().database, current.actor().tenant_id)


@api.route("/plans", methods=["POST"], permission=Permission.ONBOARD)
@api.arguments(ManifestIn)
@api.response(200, PlanOut)
def plan(given: dict[str, Any]) -> Any:
    """What a manifest would change; nothing is written."""
    city = read_city(given["manifest"].encode())
    lines = plan_city(places(), city)
    return {
        "code": city.centre.code,
        "name_zh": city.centre.name_zh,
        "changes": len(changed(lines)),
        "lines": lines,
    }


@api.route("/applications", methods=["POST"], permission=Permission.ONBOARD)
@api.arguments(ApplicationIn)
@api.response(202, ProposedOut)
def propose(given: dict[str, Any]) -> Any:
    """Propose a signed manifest; somebody else approves it."""
    signature = Signature(bytes.fromhex(given["public_key"]), bytes.fromhex(given["signature"]))
    body = given["manifest"].encode()
    return vars(propose_city(places(), current.actor(), body, signature, given["reason"]))


@api.route("/runs/<uuid:run_id>", methods=["GET"], permission=Permission.ONBOARD)
@api.response(200, RunOut)
def status(run_id: UUID) -> Any:
    """How far an approved run is."""
    found = run_view(current.session(), run_id)
    if found is None:
        raise RunNotFound
    run, steps = found
    return vars(run) | {"steps": steps}
