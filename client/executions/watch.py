"""Follow an execution from outside: its history for the states, the logs API for its jobs."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from client.deployment import TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.executions.job_logs import JobLog

POLL_SECONDS = 1.0
LOG_GROUPS = {"Training": TRAINING_LOG_GROUP, "Transform": TRANSFORM_LOG_GROUP}
# How an execution's last event is called, and how DescribeExecution calls the status that it leads to.
ENDINGS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How an execution ended; `log` is the command that shows its last job's log."""

    execution: str
    status: str
    seconds: float
    output: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    cause: str = ""
    job: str = ""
    log: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the state machine came to its good end."""
        return self.status == "SUCCEEDED"


def say_on_stderr(line: str) -> None:
    """Print a line of talk; stdout is for data."""
    print(line, file=sys.stderr, flush=True)


def watch(
    deployment: Deployment,
    execution: str,
    *,
    say: Callable[[str], None] = say_on_stderr,
    sleep: Callable[[float], None] = time.sleep,
) -> Ending:
    """Follow an execution to its end and tell every state, and its jobs' log lines while they run.

    Parameters
    ----------
    deployment
        Whose execution it is.
    execution
        The execution's ARN.
    say
        Takes each line.
    sleep
        Waits between two looks, in seconds.

    Returns
    -------
    Ending
        The output, or the error and its cause.
    """
    watcher = _Watcher(deployment, execution)
    while True:
        for line in watcher.look():
            say(line)
        if watcher.ending:
            break
        sleep(POLL_SECONDS)
    return watcher.ending


def tell(ending: Ending) -> list[str]:
    """Say an ending in lines: that it is good, or the error, its cause and the command that shows the log."""
    ended = f"{ending.status} after {ending.seconds:.1f} s."
    if ending.succeeded:
        return [ended]
    reason = f"{ending.error or 'No error was named'}: {ending.cause or 'no cause was given'}"
    if ending.log:
        return [f"{ended} {reason}", f"The job's log: {ending.log}"]
    history = f"aws stepfunctions get-execution-history --execution-arn {ending.execution}"
    return [f"{ended} {reason}", f"The execution's history: {history}"]


@dataclass
class _Watcher:
    deployment: Deployment
    execution: str
    ending: Ending | None = None
    _started: datetime | None = None
    _events: dict[int, dict[str, Any]] = field(default_factory=dict)
    _jobs: dict[str, JobLog] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._states = self.deployment.client("stepfunctions")
        self._logs = self.deployment.client("logs")

    def look(self) -> Iterator[str]:
        """Tell what happened since the last look; a state that came and went since then takes one line."""
        entries: dict[int, str] = {}
        for event in self._new_events():
            if name := entered(event):
                entries[event["id"]] = f"{self._clock(event['timestamp'])}  {name} entered"
                continue
            for line in self._tell(event):
                yield from entries.values()
                entries.clear()
                yield line
            if "stateExitedEventDetails" in event:
                entry = self._entry_of(event)
                yield self._leave(entry, event, same_look=entries.pop(entry["id"], None) is not None)
        yield from entries.values()
        yield from self._log_lines()

    def _log_lines(self) -> Iterator[str]:
        for number, log in enumerate(self._jobs.values(), start=1):
            source = f"{number} " if len(self._jobs) > 1 else ""
            yield from (f"            | {source}{line}" for line in log.new_lines())

    def _new_events(self) -> Iterator[dict[str, Any]]:
        more: dict[str, str] = {}
        while True:
            page = self._states.get_execution_history(
                executionArn=self.execution, maxResults=1000, includeExecutionData=True, **more
            )
            for event in page["events"]:
                if event["id"] not in self._events:
                    self._events[event["id"]] = event
                    yield event
            if "nextToken" not in page:
                return
            more = {"nextToken": page["nextToken"]}

    def _entry_of(self, event: dict[str, Any]) -> dict[str, Any]:
        """Find the event that entered the state which this one leaves: candidates run through it at once."""
        name = event["stateExitedEventDetails"]["name"]
        while entered(event) != name:
            event = self._events[event["previousEventId"]]
        return event

    def _leave(self, entry: dict[str, Any], exit_: dict[str, Any], *, same_look: bool) -> str:
        seconds = (exit_["timestamp"] - entry["timestamp"]).total_seconds()
        word = "entered and left" if same_look else "left"
        return f"{self._clock(exit_['timestamp'])}  {entered(entry)} {word} after {seconds:.1f} s"

    def _tell(self, event: dict[str, Any]) -> Iterator[str]:
        if event["type"] == "ExecutionStarted":
            self._started = event["timestamp"]
        elif event["type"] in ENDINGS:
            self.ending = self._end(event)
        elif started := job_of(event):
            yield from self._log_lines()
            kind, job = started
            self._jobs[job] = JobLog(self._logs, job, LOG_GROUPS[kind])
            number = f" {len(self._jobs)}" if len(self._jobs) > 1 else ""
            yield f"{self._clock(event['timestamp'])}  {kind.lower()} job{number}: {job}"
        elif event["type"] in {"TaskFailed", "TaskTimedOut", "LambdaFunctionFailed", "TaskSubmitFailed"}:
            details = next(value for key, value in event.items() if key.endswith("EventDetails"))
            yield f"{self._clock(event['timestamp'])}  {event['type']}: {details.get('error', '')}"

    def _end(self, event: dict[str, Any]) -> Ending:
        details: dict[str, str] = next(
            (value for key, value in event.items() if key.endswith("EventDetails")), {}
        )
        log = next(reversed(self._jobs.values()), None)
        return Ending(
            execution=self.execution,
            status=ENDINGS[event["type"]],
            seconds=(event["timestamp"] - (self._started or event["timestamp"])).total_seconds(),
            output=json.loads(details.get("output") or "{}"),
            error=details.get("error", ""),
            cause=details.get("cause", ""),
            job=log.job if log else "",
            log=log.command() if log else "",
        )

    def _clock(self, when: datetime) -> str:
        return f"{(when - (self._started or when)).total_seconds():8.1f} s"


def entered(event: dict[str, Any]) -> str:
    """Return the name of the state that an event of the history enters; "" for any other event."""
    return str(event.get("stateEnteredEventDetails", {}).get("name", ""))


def job_of(event: dict[str, Any]) -> tuple[str, str] | None:
    """Find the kind and name of the job that an event of the history starts; None in any other event."""
    details = event.get("taskScheduledEventDetails", {})
    if details.get("resourceType") != "sagemaker":
        return None
    for kind in LOG_GROUPS:
        if f"create{kind}Job" in details.get("resource", ""):
            return kind, str(json.loads(details["parameters"])[f"{kind}JobName"])
    return None
