"""How the province takes a centre in: manifest, provisioning, sub-centres, rehearsal twins."""
