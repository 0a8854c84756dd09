"""The dashboard of executions."""

import pytest

from tests.stacks.templates import TemplateOf, only


@pytest.fixture
def body(template: TemplateOf, environment: str) -> str:
    """The body of the dashboard, without the values that CloudFormation inserts."""
    dashboard = only(template("Training", environment=environment), "AWS::CloudWatch::Dashboard")
    assert "DashboardName" not in dashboard
    _, parts = dashboard["DashboardBody"]["Fn::Join"]
    return "".join(part for part in parts if isinstance(part, str))


@pytest.mark.parametrize(
    "metric",
    [
        *("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsAborted"),
        *("ExecutionsTimedOut", "ExecutionTime"),
    ],
)
def test_executions_and_their_durations_are_shown(body: str, metric: str) -> None:
    assert f'["AWS/States","{metric}","StateMachineArn",' in body


@pytest.mark.parametrize("metric", ["TestCompletion", "TestPwll"])
def test_the_scores_of_the_deployments_models_are_shown(body: str, environment: str, metric: str) -> None:
    assert f'["SageMakerLDA","{metric}","Deployment","lda-{environment}"' in body


def test_the_alarms_are_shown(body: str) -> None:
    assert '"type":"alarm"' in body
