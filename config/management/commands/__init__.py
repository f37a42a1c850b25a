"""Django's own commands, on the record."""
