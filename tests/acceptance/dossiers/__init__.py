"""Tests of acceptance/dossiers."""
