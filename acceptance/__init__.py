"""How the province watches, assesses and accepts: standards, facts, construction, assessments."""
