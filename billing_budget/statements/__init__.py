"""账单: what a tenant's messages of a month cost, in fen; frozen when issued, handed up as it is, consolidated by the centre above.

Row S7 in first form: live for the running month, issued bytes with their hash and number, XLSX and PDF of the same content.
"""
