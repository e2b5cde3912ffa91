"""Every marketplace that runs on Mirakl, as one of its sellers."""
