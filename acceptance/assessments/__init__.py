"""Self-assessment: a sheet over the standard in force, admission computed before applying, and the application frozen and handed over.

The centre's rows. What the province makes of an application lives in `acceptance.reviews`; here stands how far it is.
"""
