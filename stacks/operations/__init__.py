"""Monitoring, notifications and triggers."""
