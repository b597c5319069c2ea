"""Pages of templates: list, one template with preview and history, editing, submitting."""

from shared_channels.sms.message_templates.console import changing, editing, listing, showing
from shared_channels.sms.message_templates.console.faces import pages

__all__ = ["changing", "editing", "listing", "pages", "showing"]
