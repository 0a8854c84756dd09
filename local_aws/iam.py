"""."""


def install() -> None:
    """."""
