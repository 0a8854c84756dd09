"""Application Auto Scaling for endpoint variants."""
