"""短信额度: what a tenant may send in a month, reserved when a message is accepted and used when it is finished (row S7, rule R8).

The counters are changed only by the database's own functions `k.allowance_reserve` and `k.usage_book`, inside the functions that accept
and finish messages. The cap follows the year's plan (`billing_budget.budgets`); whether it is soft or hard is a guarded setting.
"""
