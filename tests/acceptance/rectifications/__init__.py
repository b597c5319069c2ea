"""Tests of acceptance/rectifications."""
