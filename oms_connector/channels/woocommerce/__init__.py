"""WooCommerce, the shop inside WordPress, through its REST API v3."""
