"""The engine of the gateway: claims, hands over, records, looks after leases."""
