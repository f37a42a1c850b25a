"""What an order is and what may happen to it: plain Python and msgspec, no Django."""
