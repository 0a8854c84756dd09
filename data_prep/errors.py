"""Errors of data preparation that aren't ValueError or OSError."""


class UploadError(Exception):
    """The dataset isn't in the bucket as a whole; the manifest there is still the former one, if any."""
