"""A shop without a network: it makes plausible orders and keeps what it is told."""
