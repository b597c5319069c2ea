"""评估标准: what acceptance is measured by, as versioned data of the province: scored items, check points, vetoes (N8, decision D39).

The 25 items, their weights and thresholds are the platform's defaults and say so: no official scoring table is public. A version never
changes once published; a new one is a guarded change of the province (four eyes). Centres read down the line.
"""
