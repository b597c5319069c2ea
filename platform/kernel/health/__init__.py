"""Whether this process is alive and whether it can serve: for fronts, supervisors and `gjj doctor`."""
