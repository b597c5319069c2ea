"""Daily facts and what is handed up."""
