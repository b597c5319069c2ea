"""SGIP 1.2 of China Unicom."""
