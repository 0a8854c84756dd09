"""Access: the permissions of callers and the execution role."""
