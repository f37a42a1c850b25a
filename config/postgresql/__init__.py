"""Django's backend for PostgreSQL, which does not wait where somebody looks at a page (see base.py)."""
