"""Models, endpoint configurations, endpoints, InvokeEndpoint."""
