"""HEAR → REWRITE: the bridge between the sides; the only app that knows both."""
