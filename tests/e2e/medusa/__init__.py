"""The adapter against a real Medusa shop."""
