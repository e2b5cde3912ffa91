"""Shopify, through its Admin GraphQL API (version 2026-07)."""
