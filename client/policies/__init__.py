"""The IAM policies that docs/security.md describes."""
