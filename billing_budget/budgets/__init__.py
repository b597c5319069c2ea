"""额度与预算: what a centre plans to send and may spend in a year, changed under four eyes.

Notice section 3; rows S7 and S9 in first form.

Consumption and statements arrive with the SMS service; this feature holds the plan that they are measured against.
"""
