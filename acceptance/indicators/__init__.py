"""指标: indicators as code, each with clause, formula, window, version and smallest sample; computed from facts and live rows (N8, G15).

What can't be told yet is its own answer, 数据不足: never 0, never 100 %. Each number opens into its days and the ledger's rows.
"""
