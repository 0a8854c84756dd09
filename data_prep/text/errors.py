"""Errors of text and its preparation."""


class TextError(ValueError):
    """A text, or a setting of its preparation, can't be used; the message says where and what to do."""


class SourceError(TextError):
    """A source of documents can't be read: the message names file, line and byte, and what to do."""
