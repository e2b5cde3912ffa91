"""The stack around the add-ons: PostgreSQL clusters, databases and Odoo servers."""
