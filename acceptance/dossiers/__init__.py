"""The dossier of a verdict: paper, texts, exact packages, evidence, a proof of the own log and the verifier, signed as one file."""
