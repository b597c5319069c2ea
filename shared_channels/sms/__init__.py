"""12329 SMS: templates, signatures, messages, the fair queue, carrier links, receipts and replies (短信)."""
