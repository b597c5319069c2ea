"""Pure rules of the catalogue: what a revision holds, which limit is longer, what a sub-centre may change, what differs in words."""
