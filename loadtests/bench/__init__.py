"""Benchmarks that print ratios: each compares two ways on the same machine in the same run, interleaved (`make bench`)."""
