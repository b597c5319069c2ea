"""The composition root: the only package that knows every room. It builds the processes and the command line."""
