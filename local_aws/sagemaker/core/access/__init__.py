"""Who may call what, and with which execution role."""
