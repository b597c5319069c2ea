"""建设督导: each centre's plan over the 20 tasks of the work guideline, the evidence that steps are done, and the province's late list.

Nothing here has a status box: a step is done when a second person confirmed a piece of evidence for it, and late when that came after
its due day (feature A1; notice sections 2 and 8).
"""
