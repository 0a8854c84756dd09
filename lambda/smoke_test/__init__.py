"""Tests the endpoint with one document after a promotion."""
