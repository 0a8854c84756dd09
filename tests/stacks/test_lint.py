"""What the linters of the field say about the templates."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # cfn-lint ships no types

from app import compose

ROOT = Path(__file__).parent.parent.parent
KINDS = ("Storage", "Training", "Serving")

# (cdk-nag's finding, the construct) -> why it stays. Patterns; each must match something.
ACKNOWLEDGED = {
    ("AwsSolutions-S1", "Storage/Data/Bucket/.*"): (
        "Server access logs would need a second bucket that outlives the first; who needs to know who read "
        "what turns on CloudTrail's data events for this bucket."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*/(datasets|models|evaluations|transforms)/\*\]", "Training/.*"): (
        "Keys under a prefix: datasets, models, evaluations and results come and go."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*/datasets/\*/vocabulary\.txt\]", "Training/Functions/.*"): (
        "The words of whichever dataset an execution names."
    ),
    (r"AwsSolutions-IAM5\[Resource::\*\]", "Training/.*"): (
        "Actions that know no resource; test_least_privilege.py lists each with its reason."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:log-group:/aws/sagemaker/.*\*\]", "Training/Roles/.*"): (
        "SageMaker names the streams: one a job, one an instance."
    ),
    (
        r"AwsSolutions-IAM5\[Resource::.*:(model|endpoint-config)/.*-\*\]",
        "Training/(HostingDeploy|Functions)/.*",
    ): (
        "CloudFormation generates the names, from logical ids that carry the deployment (resource_names.py)."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:alarm:\w+Serving-\*\]", "Training/(HostingDeploy|Roles)/.*"): (
        "CloudFormation generates the alarms' names, from the stack's name."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:scalable-target/\*\]", "Training/HostingDeploy/.*"): (
        "AWS generates the ids; the condition confines them to SageMaker's."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:alarm:TargetTracking-.*-\*\]", "Training/HostingDeploy/.*"): (
        "Auto scaling generates the names of its alarms, from the endpoint's."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:training-job/lda-\w+-\*\]", "Training/.*"): (
        "Every execution names a new job, with the deployment's prefix."
    ),
    (
        r"AwsSolutions-IAM5\[Resource::.*:(transform-job|model)/lda-\w+-transform-\*\]",
        "Training/(Transform|Functions)/.*",
    ): "Every execution names a model and jobs of its own, with the deployment's prefix.",
    (r"AwsSolutions-IAM5\[Resource::.*/datasets/\*/(manifest\.json|vocabulary\.txt)\]", "Training/.*"): (
        "Each dataset has a manifest, and some have a vocabulary."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:stack/\w+Serving/\*\]", "Training/.*"): (
        "A stack's ARN ends in an id that CloudFormation gives it."
    ),
    (r"AwsSolutions-IAM5\[Resource::<Functions\w+\.Arn>:\*\]", "Training/(Workflow|Transform)/.*"): (
        "The versions of our own functions, as grant_invoke allows them."
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_cfn_lint_finds_nothing(assembly: Callable[..., Path], environment: str, kind: str) -> None:
    (path,) = assembly(environment=environment).glob(f"*{kind}.template.json")
    assert [str(match) for match in lint_file(path)] == []


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(finding, construct path without the environment) of cdk-nag's AwsSolutions, over both environments."""
    return {
        (violation["ruleName"], re.sub("^(Dev|Prod)", "", construct["constructPath"]))
        for environment in ("dev", "prod")
        for report in nag(environment, tmp_path_factory.mktemp("nag"))
        for violation in report["violations"]
        for construct in violation["violatingConstructs"]
    }


def nag(environment: str, outdir: Path) -> list[dict[str, Any]]:
    context = {**json.loads((ROOT / "cdk.json").read_text())["context"], "environment": environment}
    app = App(context=context, outdir=str(outdir), builtin_cloud_formation_validation=False)
    compose(app)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    reports: list[dict[str, Any]] = json.loads((outdir / "validation-report.json").read_text())[
        "pluginReports"
    ]
    return reports


def is_about(acknowledgement: tuple[str, str], finding: tuple[str, str]) -> bool:
    return all(re.fullmatch(pattern, text) for pattern, text in zip(acknowledgement, finding, strict=True))


def test_cdk_nag_finds_only_what_is_acknowledged_with_a_reason(findings: set[tuple[str, str]]) -> None:
    unacknowledged = [one for one in findings if not any(is_about(known, one) for known in ACKNOWLEDGED)]
    assert sorted(unacknowledged) == []


def test_every_acknowledgement_is_still_needed(findings: set[tuple[str, str]]) -> None:
    assert [known for known in ACKNOWLEDGED if not any(is_about(known, one) for one in findings)] == []
