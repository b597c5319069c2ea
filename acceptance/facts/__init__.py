"""运行数据: daily roll-ups of a centre and what the province sees of them: sums by month, never a row of a person (G15, notice 5).

Facts are the only source of numbers for indicators. This first form holds counts by channel; the third act feeds them from events of
cases, messages and work orders and adds the indicators. What is synthetic says so (`origin`).
"""
