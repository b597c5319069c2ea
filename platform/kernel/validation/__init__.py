"""Identity numbers, credit codes and phone numbers:
checked, normalised, and invented for demo and tests (decision D36).
"""
