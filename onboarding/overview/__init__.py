"""The province's first page: every body below it with its state, and the page of each (notice section 8)."""
