"""Facts, assessments, acceptance."""
