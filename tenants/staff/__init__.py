"""机构与人员: people of a tenant, their roles by approved grant, the three exclusive officers, units.

Guideline items 6 and 7; decisions D10, D16.
"""
