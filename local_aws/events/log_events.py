"""CloudWatch Logs: FilterLogEvents of the streams whose names begin alike."""

import functools
from typing import Any

from local_aws.ministack import bindings


def install() -> None:
    """Put the extension around ministack's search, which knows whole names of streams alone."""
    bindings.wrap("filter log events", _of_prefix)


def _of_prefix(original: Any) -> Any:
    @functools.wraps(original)
    def search(asked: dict[str, Any]) -> Any:
        prefix = asked.get("logStreamNamePrefix")
        if not prefix:
            return original(asked)
        name = asked.get("logGroupName") or asked.get("logGroupIdentifier", "").rpartition(":log-group:")[2]
        streams = bindings.get("log groups").get(name, {}).get("streams", {})
        found = [stream for stream in streams if stream.startswith(prefix)]
        # An empty list would mean all of them; the prefix itself is none of their names then.
        return original({**asked, "logStreamNames": found or [prefix]})

    return search
