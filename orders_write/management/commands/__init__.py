"""The write side on the command line."""
