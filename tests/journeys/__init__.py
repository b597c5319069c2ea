"""Whole journeys: the story, the pages of each role."""
