"""Projections on the command line."""
