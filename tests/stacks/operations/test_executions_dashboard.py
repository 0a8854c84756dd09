"""What the page of the deployment shows."""

from collections.abc import Callable
from typing import Any

import pytest

TemplateOf = Callable[..., dict[str, Any]]


@pytest.fixture
def shown(template: TemplateOf, environment: str) -> str:
    """The dashboard's body, with what CloudFormation fills in left out."""
    resources = template("Training", environment=environment)["Resources"].values()
    (dashboard,) = (one["Properties"] for one in resources if one["Type"] == "AWS::CloudWatch::Dashboard")
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
def test_executions_and_their_durations_are_shown(shown: str, metric: str) -> None:
    assert f'["AWS/States","{metric}","StateMachineArn",' in shown


def test_the_pwll_of_this_deployments_models_is_shown(shown: str, environment: str) -> None:
    assert f'["SageMakerLDA","TestPwll","Deployment","lda-{environment}"' in shown


def test_the_alarms_are_shown(shown: str) -> None:
    assert '"type":"alarm"' in shown
