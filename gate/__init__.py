"""The input gate: what every endpoint of both sides checks before anything else is done, and how it refuses."""
