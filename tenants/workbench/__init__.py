"""工作台: the first screen of a centre: what waits for me, whether the channels are open, what is in force (console.md §1)."""
