"""Kaufland's marketplace: one storefront of a seller account."""
