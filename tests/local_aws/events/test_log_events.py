from typing import Any

import pytest


@pytest.mark.parametrize(("prefix", "expected"), [("a/", ["a/1", "a/2"]), ("b", ["b"]), ("c", [])])
def test_log_events_are_filtered_by_the_prefix_of_their_streams(
    aws: Any, prefix: str, expected: list[str]
) -> None:
    logs, group = aws.client("logs"), f"searched-{prefix[0]}"
    logs.create_log_group(logGroupName=group)
    for stream in ("a/1", "a/2", "b"):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": 1_700_000_000_000, "message": stream}
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    events = logs.filter_log_events(logGroupName=group, logStreamNamePrefix=prefix)["events"]
    assert [event["logStreamName"] for event in events] == expected
