"""Follow an execution: its states from its history, its jobs from their logs."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from client.deployment import TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.executions.job_logs import JobLog
from client.output import Report, print_message

POLL_SECONDS = 1.0
LOG_GROUPS = {"Training": TRAINING_LOG_GROUP, "Transform": TRANSFORM_LOG_GROUP}
# The last event of an execution's history -> the status in DescribeExecution.
FINAL_EVENTS = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionAborted": "ABORTED",
    "ExecutionTimedOut": "TIMED_OUT",
}
FAILURE_EVENTS = {"TaskFailed", "TaskTimedOut", "LambdaFunctionFailed", "TaskSubmitFailed"}


@dataclass(frozen=True, kw_only=True)
class ExecutionResult:
    """The status of an execution at its end; `log` is the command that shows its last job's log."""

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
        """Whether the execution succeeded."""
        return self.status == "SUCCEEDED"


def watch(
    deployment: Deployment,
    execution: str,
    *,
    report: Report = print_message,
    logs: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> ExecutionResult:
    """Follow an execution to its end; report every state, and the log lines of its jobs while they run.

    Parameters
    ----------
    deployment
        The deployment that the execution belongs to.
    execution
        The execution's ARN.
    report
        Receives each line.
    logs
        Whether the lines of the jobs' logs are reported too.
    sleep
        Waits between two polls, in seconds.

    Returns
    -------
    ExecutionResult
        The output, or the error and its cause.
    """
    watcher = _Watcher(deployment, execution, logs)
    while True:
        for line in watcher.poll():
            report(line)
        if watcher.result:
            return watcher.result
        sleep(POLL_SECONDS)


def describe_result(result: ExecutionResult) -> list[str]:
    """Describe a result in lines: the status, and after a failure the reason and the command for the log."""
    ended = f"{result.status} after {result.seconds:.1f} s."
    if result.succeeded:
        warnings = [f"warning: {warning}" for warning in result.output.get("warnings") or []]
        return [ended, *_topic_lines(result.output.get("topics") or []), *warnings]
    reason = f"{result.error or 'No error was named'}: {result.cause or 'no cause was given'}"
    if result.log:
        return [f"{ended} {reason}", f"The job's log: {result.log}"]
    history = f"aws stepfunctions get-execution-history --execution-arn {result.execution}"
    return [f"{ended} {reason}", f"The execution's history: {history}"]


def _topic_lines(topics: list[dict[str, Any]]) -> list[str]:
    """Return a line of at most 80 columns for each topic, the largest first."""
    ordered = sorted(topics, key=lambda topic: -topic["share"])
    return [
        f"topic {topic['id']:>3}  {topic['share']:>5.1%}  {', '.join(topic['words'])}"[:80]
        for topic in ordered
    ]


@dataclass
class _Watcher:
    deployment: Deployment
    execution: str
    logs: bool = True
    result: ExecutionResult | None = None
    _started: datetime | None = None
    _events: dict[int, dict[str, Any]] = field(default_factory=dict)
    _jobs: dict[str, JobLog] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stepfunctions = self.deployment.client("stepfunctions")
        self._logs = self.deployment.client("logs")

    def poll(self) -> Iterator[str]:
        """Yield a line for each new event; a state entered and left since the last poll takes one line."""
        entry_lines: dict[int, str] = {}
        for event in self._new_events():
            if name := entered_state(event):
                entry_lines[event["id"]] = f"{self._elapsed(event)}  {name} entered"
                continue
            for line in self._event_lines(event):
                yield from entry_lines.values()
                entry_lines.clear()
                yield line
            if "stateExitedEventDetails" in event:
                entry = self._entry_of(event)
                in_one_poll = entry_lines.pop(entry["id"], None) is not None
                yield self._exit_line(entry, event, in_one_poll=in_one_poll)
        yield from entry_lines.values()
        yield from self._log_lines()

    def _log_lines(self) -> Iterator[str]:
        for number, log in enumerate(self._jobs.values() if self.logs else (), start=1):
            source = f"{number} " if len(self._jobs) > 1 else ""
            yield from (f"            | {source}{line}" for line in log.new_lines())

    def _new_events(self) -> Iterator[dict[str, Any]]:
        next_page: dict[str, str] = {}
        while True:
            page = self._stepfunctions.get_execution_history(
                executionArn=self.execution, maxResults=1000, includeExecutionData=True, **next_page
            )
            for event in page["events"]:
                if event["id"] not in self._events:
                    self._events[event["id"]] = event
                    yield event
            if "nextToken" not in page:
                return
            next_page = {"nextToken": page["nextToken"]}

    def _entry_of(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the event that entered the state which `event` exits; candidates run concurrently."""
        name = event["stateExitedEventDetails"]["name"]
        while entered_state(event) != name:
            event = self._events[event["previousEventId"]]
        return event

    def _exit_line(self, entry: dict[str, Any], exit_: dict[str, Any], *, in_one_poll: bool) -> str:
        seconds = (exit_["timestamp"] - entry["timestamp"]).total_seconds()
        verb = "entered and left" if in_one_poll else "left"
        return f"{self._elapsed(exit_)}  {entered_state(entry)} {verb} after {seconds:.1f} s"

    def _event_lines(self, event: dict[str, Any]) -> Iterator[str]:
        if event["type"] == "ExecutionStarted":
            self._started = event["timestamp"]
        elif event["type"] in FINAL_EVENTS:
            self.result = self._result(event)
        elif job := started_job(event):
            yield from self._log_lines()
            kind, name = job
            self._jobs[name] = JobLog(self._logs, name, LOG_GROUPS[kind])
            number = f" {len(self._jobs)}" if len(self._jobs) > 1 else ""
            yield f"{self._elapsed(event)}  {kind.lower()} job{number}: {name}"
        elif event["type"] in FAILURE_EVENTS:
            yield f"{self._elapsed(event)}  {event['type']}: {_details(event).get('error', '')}"

    def _result(self, event: dict[str, Any]) -> ExecutionResult:
        details = _details(event)
        log = next(reversed(self._jobs.values()), None)
        return ExecutionResult(
            execution=self.execution,
            status=FINAL_EVENTS[event["type"]],
            seconds=(event["timestamp"] - (self._started or event["timestamp"])).total_seconds(),
            output=json.loads(details.get("output") or "{}"),
            error=details.get("error", ""),
            cause=details.get("cause", ""),
            job=log.job if log else "",
            log=log.command() if log else "",
        )

    def _elapsed(self, event: dict[str, Any]) -> str:
        timestamp: datetime = event["timestamp"]
        return f"{(timestamp - (self._started or timestamp)).total_seconds():8.1f} s"


def entered_state(event: dict[str, Any]) -> str:
    """Return the name of the state that an event of the history enters; "" for any other event."""
    return str(event.get("stateEnteredEventDetails", {}).get("name", ""))


def started_job(event: dict[str, Any]) -> tuple[str, str] | None:
    """Return the kind and name of the job that an event of the history starts; None for any other event."""
    details = event.get("taskScheduledEventDetails", {})
    if details.get("resourceType") != "sagemaker":
        return None
    for kind in LOG_GROUPS:
        if f"create{kind}Job" in details.get("resource", ""):
            return kind, str(json.loads(details["parameters"])[f"{kind}JobName"])
    return None


def _details(event: dict[str, Any]) -> dict[str, str]:
    """Return the one field ...EventDetails of an event; empty if it has none."""
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})
