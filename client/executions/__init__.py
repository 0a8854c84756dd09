"""Executions of the state machines: start one, follow it, read its job logs, list the evaluated models."""
