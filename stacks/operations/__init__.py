"""Monitoring of the endpoint and of executions, notifications, and triggers."""
