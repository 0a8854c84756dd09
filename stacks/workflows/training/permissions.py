"""The statements that the calls of the training workflow need."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from stacks.config.settings import Settings
from stacks.iam.policy_statements import pass_role
from stacks.workflows.permissions import job_events


def training_job(stack: Stack, settings: Settings, role: iam.IRole) -> list[iam.PolicyStatement]:
    """Return what createTrainingJob.sync needs (Step Functions developer guide, "Amazon SageMaker AI").

    AddTags is for our tags and for the one that Step Functions adds.
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

    The condition keeps the machine's role from using the stack's last role, the bootstrap's administrator,
    which CloudFormation takes without iam:PassRole when none is given.
    """
    serving = stack.format_arn(
        service="cloudformation", resource="stack", resource_name=f"{serving_stack_name}/*"
    )
    version = stack.format_arn(
        service="ssm",
        resource="parameter",
        resource_name=f"cdk-bootstrap/{stack.synthesizer.bootstrap_qualifier}/version",
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
        # CloudFormation reads the parameter BootstrapVersion as its caller.
        iam.PolicyStatement(actions=["ssm:GetParameters"], resources=[version]),
    ]
