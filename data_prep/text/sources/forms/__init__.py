"""The forms of files: each is read as frames of its text, and of its id, label and date if it has them."""
