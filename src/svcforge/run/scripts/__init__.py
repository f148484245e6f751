"""Small programs that run in environments of their own, where the drivers of real servers are installed."""
