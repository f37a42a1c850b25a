"""Orders from elsewhere, brought in through the command bus."""
