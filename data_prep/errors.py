"""What a program that prepares data may want to catch beside ValueError."""


class UploadError(Exception):
    """The dataset isn't in the bucket as a whole; the manifest there is still the former one, if any."""
