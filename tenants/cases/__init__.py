"""办件: an application for a service item from draft to closing, one row for each, the same on every channel.

Notice items 4 and 11: checked against the core system, decided within the promised limit, progress shown, rated by the applicant.
"""
