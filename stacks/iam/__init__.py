"""Roles, and the policy statements that roles share."""
