"""The synthesized app: deterministic, without credentials, and accepted by cfn-lint and cdk-nag."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # cfn-lint ships no types

from app import compose
from tests.stacks.templates import TemplateOf

ROOT = Path(__file__).parent.parent.parent
KINDS = ("Storage", "Training", "Serving")
NAMES = {
    "dev": ["DevStorage", "DevTraining", "DevServing"],
    "prod": ["ProdStorage", "ProdTraining", "ProdServing"],
}

# (finding of cdk-nag, path of the construct) -> why it is acknowledged. Patterns; each must match a finding.
ACKNOWLEDGED = {
    ("AwsSolutions-S1", "Storage/Data/Bucket/.*"): (
        "Server access logs would need a second bucket that outlives the first; data events of CloudTrail "
        "for this bucket record who read an object."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*/(datasets|models|evaluations|transforms)/\*\]", "Training/.*"): (
        "Keys under a prefix: the names of datasets, models, evaluations and results aren't known in advance."
    ),
    (
        r"AwsSolutions-IAM5\[Resource::.*/datasets/\*/(vocabulary\.txt|preparation\.json|train/\*|test/\*)\]",
        "Training/Functions/.*",
    ): ("The documents of an execution's dataset, its vocabulary, and what turns its text into counts."),
    (r"AwsSolutions-IAM5\[Resource::\*\]", "Training/.*"): (
        "Actions that support no resource; iam/test_least_privilege.py lists each with its reason."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:log-group:/aws/sagemaker/.*\*\]", "Training/Roles/.*"): (
        "SageMaker names the streams, one per job or instance."
    ),
    (
        r"AwsSolutions-IAM5\[Resource::.*:(model|endpoint-config)/.*-\*\]",
        "Training/(HostingDeploy|Functions)/.*",
    ): ("CloudFormation generates the names, from logical ids with the deployment (resource_names.py)."),
    (r"AwsSolutions-IAM5\[Resource::.*:alarm:\w+Serving-\*\]", "Training/(HostingDeploy|Roles)/.*"): (
        "CloudFormation generates the alarms' names, from the stack's name."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:scalable-target/\*\]", "Training/HostingDeploy/.*"): (
        "AWS generates the ids; the condition confines them to SageMaker."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:alarm:TargetTracking-.*-\*\]", "Training/HostingDeploy/.*"): (
        "Auto scaling generates the names of its alarms, from the endpoint's."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:training-job/lda-\w+-\*\]", "Training/.*"): (
        "Every execution names new jobs, with the prefix of the deployment."
    ),
    (
        r"AwsSolutions-IAM5\[Resource::.*:(transform-job|model)/lda-\w+-transform-\*\]",
        "Training/(Transform|Functions)/.*",
    ): "Every execution names its own model and jobs, with the prefix of the deployment.",
    (r"AwsSolutions-IAM5\[Resource::.*/datasets/\*/(manifest\.json|vocabulary\.txt)\]", "Training/.*"): (
        "Each dataset has a manifest, and some have a vocabulary."
    ),
    (r"AwsSolutions-IAM5\[Resource::.*:stack/\w+Serving/\*\]", "Training/.*"): (
        "A stack's ARN ends in an id that CloudFormation gives it."
    ),
    (r"AwsSolutions-IAM5\[Resource::<Functions\w+\.Arn>:\*\]", "Training/(Workflow|Transform)/.*"): (
        "The versions of this stack's functions, as grant_invoke allows them."
    ),
}


def templates_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.template.json"))}


def test_one_synthesis_is_the_three_stacks_of_one_environment(
    assembly: Callable[..., Path], environment: str
) -> None:
    names = set(templates_in(assembly(environment=environment)))
    assert names == {f"{name}.template.json" for name in NAMES[environment]}


def test_two_syntheses_are_byte_equal(
    assembly: Callable[..., Path],
    synthesize: Callable[..., CompletedProcess[str]],
    environment: str,
    tmp_path: Path,
) -> None:
    # Another process and another hash seed give the same bytes, and assets with the same hashes.
    finished = synthesize(tmp_path, hash_seed="4711", environment=environment)
    assert finished.returncode == 0, finished.stderr
    first = assembly(environment=environment)
    assert templates_in(tmp_path) == templates_in(first)
    assert {path.name for path in tmp_path.glob("asset.*")} == {path.name for path in first.glob("asset.*")}


@pytest.mark.parametrize("setting", [{"environment": "qa"}, {"region": "eu-north-1"}, {"num_topic": "3"}])
def test_a_mistaken_setting_ends_the_synthesis_with_one_sentence(
    synthesize: Callable[..., CompletedProcess[str]], tmp_path: Path, setting: dict[str, str]
) -> None:
    finished = synthesize(tmp_path, **setting)
    assert finished.returncode == 1
    assert len(finished.stderr.strip().splitlines()) == 1
    assert next(iter(setting.values())) in finished.stderr or next(iter(setting)) in finished.stderr
    assert not templates_in(tmp_path)


def test_every_taggable_resource_has_the_tags_project_and_environment(
    template: TemplateOf, environment: str
) -> None:
    tags = {"environment": environment, "project": "lda"}
    for kind in ("Storage", "Training", "Serving"):
        for name, resource in template(kind, environment=environment)["Resources"].items():
            actual = resource.get("Properties", {}).get("Tags")
            if isinstance(actual, list):
                actual = {tag["Key"]: tag["Value"] for tag in actual}
            assert actual is None or actual.items() >= tags.items(), name


@pytest.mark.parametrize("kind", KINDS)
def test_cfn_lint_finds_nothing(assembly: Callable[..., Path], environment: str, kind: str) -> None:
    (path,) = assembly(environment=environment).glob(f"*{kind}.template.json")
    assert [str(match) for match in lint_file(path)] == []


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """The findings of cdk-nag in both environments, with construct paths that don't name the environment."""
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


def matches(acknowledgement: tuple[str, str], finding: tuple[str, str]) -> bool:
    return all(re.fullmatch(pattern, text) for pattern, text in zip(acknowledgement, finding, strict=True))


def test_every_finding_of_cdk_nag_is_acknowledged_with_a_reason(findings: set[tuple[str, str]]) -> None:
    unacknowledged = [
        finding for finding in findings if not any(matches(known, finding) for known in ACKNOWLEDGED)
    ]
    assert sorted(unacknowledged) == []


def test_every_acknowledgement_matches_a_finding(findings: set[tuple[str, str]]) -> None:
    unused = [known for known in ACKNOWLEDGED if not any(matches(known, finding) for finding in findings)]
    assert unused == []
