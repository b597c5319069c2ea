"""Tests of acceptance/reviews."""
