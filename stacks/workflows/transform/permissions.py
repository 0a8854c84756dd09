"""The policy statements that the calls of the bulk scoring workflow need."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from stacks.config.settings import Settings
from stacks.iam.policy_statements import pass_role
from stacks.workflows.permissions import job_events


def transform_job(stack: Stack, settings: Settings, role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what createModel, createTransformJob.sync and deleteModel need.

    Step Functions developer guide, "Amazon SageMaker AI". AddTags is for the tags in the definition and for
    the one that Step Functions adds.
    """

    def arn(resource: str) -> str:
        name = f"{settings.prefix}-transform-*"
        return stack.format_arn(service="sagemaker", resource=resource, resource_name=name)

    jobs = [f"sagemaker:{verb}TransformJob" for verb in ("Create", "Describe", "Stop")]
    return [
        iam.PolicyStatement(
            actions=[*jobs, "sagemaker:AddTags", "sagemaker:ListTags"], resources=[arn("transform-job")]
        ),
        iam.PolicyStatement(
            actions=["sagemaker:CreateModel", "sagemaker:DeleteModel", "sagemaker:AddTags"],
            resources=[arn("model")],
        ),
        pass_role(role, to="sagemaker.amazonaws.com"),
        job_events(stack, "StepFunctionsGetEventsForSageMakerTransformJobsRule"),
    ]
