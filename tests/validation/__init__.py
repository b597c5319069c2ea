"""Identity numbers, credit codes and phones."""
