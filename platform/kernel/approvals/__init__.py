"""Four eyes as data: a guarded operation exists only as a change request that another person approves (rule R11, decision D16)."""
