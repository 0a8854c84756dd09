"""The policy statements that the calls of the training workflow need."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from stacks.config.settings import Settings
from stacks.iam.policy_statements import pass_role, read_bootstrap_version
from stacks.workflows.permissions import job_events


def training_job(stack: Stack, settings: Settings, role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what createTrainingJob.sync needs (Step Functions developer guide, "Amazon SageMaker AI").

    AddTags is for the tags in the definition and for the one that Step Functions adds.
    """
    jobs = stack.format_arn(
        service="sagemaker", resource="training-job", resource_name=f"{settings.prefix}-*"
    )
    verbs = ("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "AddTags", "ListTags")
    return [
        iam.PolicyStatement(actions=[f"sagemaker:{verb}" for verb in verbs], resources=[jobs]),
        pass_role(role, to="sagemaker.amazonaws.com"),
        job_events(stack, "StepFunctionsGetEventsForSageMakerTrainingJobsRule"),
    ]


def stack_update(stack: Stack, serving_stack_name: str, deploy_role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what describeStacks, describeStackEvents and updateStack of the Serving stack need.

    Without the condition, an update without RoleARN would use the role of the previous deployment, the
    bootstrap's administrator role, for which CloudFormation requires no iam:PassRole.
    """
    serving = stack.format_arn(
        service="cloudformation", resource="stack", resource_name=f"{serving_stack_name}/*"
    )

    return [
        iam.PolicyStatement(
            actions=["cloudformation:DescribeStacks", "cloudformation:DescribeStackEvents"],
            resources=[serving],
        ),
        iam.PolicyStatement(
            actions=["cloudformation:UpdateStack"],
            resources=[serving],
            conditions={"StringEquals": {"cloudformation:RoleArn": deploy_role.role_arn}},
        ),
        pass_role(deploy_role, to="cloudformation.amazonaws.com"),
        # CloudFormation reads the parameter with the permissions of its caller.
        read_bootstrap_version(stack),
    ]
