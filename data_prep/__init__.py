"""Documents -> counts -> RecordIO-protobuf -> S3; the sample data, matching of topics and plots."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data_prep.matching import match_topics

__all__ = ["match_topics"]


def __getattr__(name: str) -> Any:
    """Import `match_topics` when it is used: the codec and the command line don't need scipy.optimize."""
    if name == "match_topics":
        from data_prep.matching import match_topics  # noqa: PLC0415 -- see the docstring

        return match_topics
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
