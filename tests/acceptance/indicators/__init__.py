"""Indicators as code."""
