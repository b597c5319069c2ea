"""The offline verifier: one standard-library file that is handed out by itself and imports nothing of the
platform.
"""
