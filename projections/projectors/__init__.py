"""6 · The projectors, a file for each."""
