"""SMGP 3.0 of China Telecom."""
