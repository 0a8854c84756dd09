"""The dashboard of executions: their number, their duration and the quality of their models."""

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.common.resource_names import COMPLETION_METRIC, METRIC_NAMESPACE, PWLL_METRIC
from stacks.config.settings import Settings

_HOUR: Final = Duration.hours(1)


class ExecutionsDashboard(Construct):
    """The alarms, a row of graphs for each state machine, and the pwll of the models over time."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        state_machines: Mapping[str, sfn.IStateMachine],
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, id_)
        dashboard = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.days(30))
        dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", width=24, height=3, alarms=list(alarms))
        )
        for name, machine in state_machines.items():
            dashboard.add_widgets(_executions(name, machine), _durations(name, machine))
        dashboard.add_widgets(_quality(settings))


def _executions(name: str, machine: sfn.IStateMachine) -> cloudwatch.GraphWidget:
    counts = {
        "started": machine.metric_started,
        "succeeded": machine.metric_succeeded,
        "failed": machine.metric_failed,
        "aborted": machine.metric_aborted,
        "timed out": machine.metric_timed_out,
    }
    metrics = [count(label=label, period=_HOUR, statistic="Sum") for label, count in counts.items()]
    return cloudwatch.GraphWidget(title=f"{name}: executions an hour", width=12, left=metrics)


def _durations(name: str, machine: sfn.IStateMachine) -> cloudwatch.GraphWidget:
    longest, average = (
        machine.metric_time(label=label, period=_HOUR, statistic=statistic)
        for label, statistic in (("longest", "Maximum"), ("average", "Average"))
    )
    return cloudwatch.GraphWidget(title=f"{name}: duration (milliseconds)", width=12, left=[longest, average])


def _quality(settings: Settings) -> cloudwatch.GraphWidget:
    names = {COMPLETION_METRIC: "completion", PWLL_METRIC: "test:pwll"}
    metrics = [
        cloudwatch.Metric(
            namespace=METRIC_NAMESPACE,
            metric_name=name,
            dimensions_map={"Deployment": settings.prefix},
            label=label,
            statistic="Maximum",
            period=_HOUR,
        )
        for name, label in names.items()
    ]
    title = "The best model of each execution, per word in nats"
    return cloudwatch.GraphWidget(title=title, width=24, left=[*metrics])
