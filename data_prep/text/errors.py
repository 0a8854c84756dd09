"""The errors of text that can't be read."""


class SourceError(ValueError):
    """A source of documents can't be read: the message names file, line and byte, and what to do."""
