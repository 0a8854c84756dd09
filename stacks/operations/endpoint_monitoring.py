"""The endpoint's log group, alarms and dashboard.

They refer to the endpoint by its name, and the endpoint depends on them. So they exist before the first
promotion (missing data is no alarm), and the hosting deploy role needs no permission to change them.
"""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.common.log_groups import log_group
from stacks.common.resource_names import VARIANT
from stacks.config.settings import Settings

_MINUTE: Final = Duration.minutes(1)
_P99_LATENCY_MICROSECONDS: Final = 1_000_000
_CLIENT_ERRORS_IN_FIVE_MINUTES: Final = 50


class EndpointMonitoring(Construct):
    """The log group, the alarms and the dashboard of the endpoint; the alarms notify a topic.

    Attributes
    ----------
    logs
        /aws/sagemaker/Endpoints/<endpoint>, the name that SageMaker requires. It is declared so that it has a
        retention and is deleted with the stack.
    rollback_alarms
        Server errors and latency, which a bad model or image causes. Client errors aren't among them:
        malformed requests must not block promotions.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, topic: sns.ITopic) -> None:
        super().__init__(scope, id_)
        self._endpoint_name = settings.prefix
        self.logs: logs.LogGroup = log_group(
            self, "Logs", settings=settings, name=f"/aws/sagemaker/Endpoints/{settings.prefix}"
        )
        self.rollback_alarms = [self._server_errors(), self._latency()]
        alarms = [*self.rollback_alarms, self._client_errors()]
        for alarm in alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))
        self._dashboard(alarms)

    def _metric(self, name: str, statistic: str, period: Duration = _MINUTE) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/SageMaker",
            metric_name=name,
            statistic=statistic,
            period=period,
            dimensions_map={"EndpointName": self._endpoint_name, "VariantName": VARIANT},
        )

    def _instance_metric(self, name: str) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="/aws/sagemaker/Endpoints",
            metric_name=name,
            statistic="Average",
            period=_MINUTE,
            dimensions_map={"EndpointName": self._endpoint_name, "VariantName": VARIANT},
        )

    def _server_errors(self) -> cloudwatch.Alarm:
        return self._metric("Invocation5XXErrors", "Sum").create_alarm(
            self,
            "ServerErrors",
            alarm_description=f"Endpoint {self._endpoint_name} failed to answer in two of five minutes.",
            threshold=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=5,
            datapoints_to_alarm=2,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _latency(self) -> cloudwatch.Alarm:
        return self._metric("ModelLatency", "p99").create_alarm(
            self,
            "Latency",
            alarm_description=(
                f"One in a hundred answers of endpoint {self._endpoint_name} took over a second, "
                "in three of five minutes."
            ),
            threshold=_P99_LATENCY_MICROSECONDS,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=5,
            datapoints_to_alarm=3,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _client_errors(self) -> cloudwatch.Alarm:
        return self._metric("Invocation4XXErrors", "Sum", Duration.minutes(5)).create_alarm(
            self,
            "ClientErrors",
            alarm_description=(
                f"Endpoint {self._endpoint_name} refused {_CLIENT_ERRORS_IN_FIVE_MINUTES} malformed "
                "requests in five minutes; its log says what was wrong with them."
            ),
            threshold=_CLIENT_ERRORS_IN_FIVE_MINUTES,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _dashboard(self, alarms: list[cloudwatch.Alarm]) -> None:
        dashboard = cloudwatch.Dashboard(self, "Dashboard")
        dashboard.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", width=24, height=2, alarms=alarms))
        dashboard.add_widgets(
            _graph("Requests a minute", self._metric("Invocations", "Sum")),
            _graph(
                "Errors a minute",
                self._metric("Invocation4XXErrors", "Sum"),
                self._metric("Invocation5XXErrors", "Sum"),
            ),
        )
        dashboard.add_widgets(
            _graph(
                "Latency (microseconds)",
                self._metric("ModelLatency", "p50"),
                self._metric("ModelLatency", "p99"),
            ),
            _graph(
                "Instances (%)",
                self._instance_metric("CPUUtilization"),
                self._instance_metric("MemoryUtilization"),
            ),
        )


def _graph(title: str, *metrics: cloudwatch.Metric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, width=12, left=list(metrics))
