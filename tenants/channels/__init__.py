"""渠道管理: which channels a centre offers, when and within which limits; starting and stopping by channel, item and time.

Clauses: guideline items 7, 12, 13; notice section 6.
"""
