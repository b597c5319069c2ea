"""Rules of cases that need no database: states, clock, forms, comparisons, words."""
