"""Load packs for load testers: open-loop arrivals on locust, latency from the intended start, a verdict against a budget file."""
