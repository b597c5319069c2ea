"""Work orders: what people ask, suggest, complain about or report, until it is answered in time. Not for applications: those are cases."""
