"""An independent sub-centre joins its city's platform: the centre opens it with two people, the province sees it (notice section 3)."""
