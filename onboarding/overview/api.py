"""The overview as JSON."""

from __future__ import annotations

from typing import Any

from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Api
from onboarding.overview import service
from onboarding.overview.schemas import BodiesOut
from tenants.registry import service as registry

api = Api("overview_api", __name__, url_prefix="/api/v1", description="全省机构")


@api.route("/bodies", methods=["GET"], permission=Permission.PROVINCE_OVERVIEW)
@api.response(200, BodiesOut)
def bodies() -> Any:
    """Every body below the province with its state."""
    return {"bodies": [row.values for row in service.bodies(current.session(), registry.Wanted())]}
