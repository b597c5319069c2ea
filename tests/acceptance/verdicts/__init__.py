"""Tests of acceptance/verdicts."""
