"""Rules of work orders: arrows, words, limits."""
