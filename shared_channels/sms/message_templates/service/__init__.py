"""Drafts, and the guarded verbs that publish, withdraw and give back a template."""

from shared_channels.sms.message_templates.service.drafting import discard_draft, save_draft
from shared_channels.sms.message_templates.service.publishing import INHERIT, PUBLISH, WITHDRAW

__all__ = ["INHERIT", "PUBLISH", "WITHDRAW", "discard_draft", "save_draft"]
