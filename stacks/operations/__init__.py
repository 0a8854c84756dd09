"""Monitoring of endpoint and executions, notifications, triggers and links into the console."""
