"""Tests of acceptance/assessments."""
