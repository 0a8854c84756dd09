"""The model server: HTTP connections, requests, and the processes that serve them."""
