"""号码限制: how many messages a number may get, and numbers that get none; registry of the province (decision D12)."""
