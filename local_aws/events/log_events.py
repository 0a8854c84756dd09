"""FilterLogEvents of the log streams whose names have a prefix."""

import functools
from collections.abc import Callable
from typing import Any

from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.signatures import Response

Search = Callable[[dict[str, Any]], Response]


def install() -> None:
    """Wrap ministack's search, which supports only complete names of streams."""
    Ministack.filter_log_events.wrap(_with_prefix)


def _with_prefix(original: Search) -> Search:
    @functools.wraps(original)
    def search(request: dict[str, Any]) -> Response:
        prefix = request.get("logStreamNamePrefix")
        if not prefix:
            return original(request)
        name = (
            request.get("logGroupName") or request.get("logGroupIdentifier", "").rpartition(":log-group:")[2]
        )
        group = ministack.log_groups.get(name)
        streams = [stream for stream in group["streams"] if stream.startswith(prefix)] if group else []
        # An empty list would mean all streams; no stream has the prefix itself as its name then.
        return original({**request, "logStreamNames": streams or [prefix]})

    return search
