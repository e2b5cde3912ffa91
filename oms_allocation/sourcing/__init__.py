"""Sourcing: which node ships which line of an order, and why.

Pure Python, without Odoo: what goes in is described in `problem`, what comes out
in `plan`; `rules` says which nodes count and what they cost, `solver` decides, and
`geography` knows roughly where an address is.
"""
