"""The story of the demo: what people and operators do, step by step, each proved against the running platform."""
