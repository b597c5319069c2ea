"""Centres and sub-centres as bodies: legal entity, build mode, sourced figures; the province's own list of all of them (notice 3 and 8)."""
