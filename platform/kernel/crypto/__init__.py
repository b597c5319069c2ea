"""Keys, field encryption, blind indexes, secrets that show only a mask, signatures,
passwords and tokens (rule R12).
"""
