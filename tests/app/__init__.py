"""Composition: settings, start-up refusal, processes, commands, demo."""
