"""Errors of data preparation that aren't ValueError or OSError."""


class UploadError(Exception):
    """The dataset isn't completely in the bucket; the manifest there is still the former one, if any."""
