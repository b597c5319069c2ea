"""The blueprint of the pages of templates."""

from __future__ import annotations

from kernel.web.blueprints import Pages

pages = Pages("sms_templates", "shared_channels.sms.message_templates", url_prefix="/console/sms/templates")
