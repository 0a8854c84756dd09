"""A deployment as a whole: status, removal, the inventory of an account, and leftovers."""
