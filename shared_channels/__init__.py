"""What the province runs once for all centres: 12329 SMS, the shared mobile channel, the hotline, diversion."""
