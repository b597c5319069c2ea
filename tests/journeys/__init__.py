"""Journeys over the whole platform."""
