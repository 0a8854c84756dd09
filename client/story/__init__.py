"""What the demo needs to tell its story: a terminal, programs that end with it, a machine and a person."""
