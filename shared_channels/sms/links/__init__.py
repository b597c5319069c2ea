"""The lines to the carriers: which there are, and whether one works (运营商线路)."""
