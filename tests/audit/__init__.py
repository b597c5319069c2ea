"""The evidence: chain, tree, checkpoints, export and offline verifier."""
