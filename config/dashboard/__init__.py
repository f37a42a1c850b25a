"""The dashboard: Django's admin as the browser's face of both sides; it asks through the buses and the engine."""
