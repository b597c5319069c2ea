"""A statement as a spreadsheet and on paper, both from the same values."""
