"""Medusa, the open-source shop (version 2), through its admin API."""
