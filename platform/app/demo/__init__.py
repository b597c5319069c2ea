"""`gjj demo`: the whole platform on one machine, with fictional centres, in one data folder."""
