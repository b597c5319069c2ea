"""Carriers that are played: a gateway for each protocol with moods, for rehearsals, tests and measuring (回环网关)."""
