"""The province's side of acceptance: applications received, desk review, the panel of experts who score alone, and their opinion."""
