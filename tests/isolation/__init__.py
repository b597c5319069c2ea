"""Two hostile tenants: nothing of the other is read, changed, counted or named."""
