"""ASK → DECIDE → REMEMBER: commands become events in the log."""
