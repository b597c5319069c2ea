"""Findings of the panel, the centre's answers with evidence, and the recheck by somebody who did not write the finding."""
