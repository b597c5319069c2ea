"""资费: what a billable segment costs, by carrier, basis and monthly volume, agreed by the province and read down the line (notice 11).

Row S7 of the design. The defaults are ours, for demonstration, and say so; every other one is a change under four eyes.
"""
