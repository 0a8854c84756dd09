"""The Training stack: roles, functions, the state machines and their monitoring."""

from aws_cdk import CfnOutput
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.common.algorithm_image import algorithm_image
from stacks.common.deployment_stack import DeploymentStack
from stacks.config.settings import Settings
from stacks.functions.lambda_functions import Functions
from stacks.iam.execution_roles import ExecutionRoles
from stacks.iam.hosting_deploy_role import HostingDeployRole
from stacks.operations.execution_monitoring import ExecutionAlarms, notify_aborted_or_timed_out
from stacks.operations.executions_dashboard import ExecutionsDashboard
from stacks.operations.notifications import Notifications
from stacks.operations.triggers import Triggers
from stacks.workflows.training.workflow import TrainingWorkflow
from stacks.workflows.transform.workflow import TransformWorkflow


class TrainingStack(DeploymentStack):
    """Training, promotion and bulk scoring. It refers to the Serving stack by name: no circular reference.

    Attributes
    ----------
    hosting_role
        The role of the model behind the endpoint.
    topic
        The topic of promotions, failures and alarms.
    """

    def __init__(self, scope: Construct, *, settings: Settings, data_bucket: s3.IBucket) -> None:
        super().__init__(scope, "Training", settings=settings, description="training and promotion")
        serving = settings.stack_name("Serving")
        roles = ExecutionRoles(self, "Roles", settings=settings, data_bucket=data_bucket)
        deploy = HostingDeployRole(self, "HostingDeploy", settings=settings, hosting_role=roles.hosting)
        self.hosting_role = roles.hosting
        notifications = Notifications(self, "Notifications", settings=settings)
        self.topic = notifications.topic
        functions = Functions(
            self, "Functions", settings=settings, data_bucket=data_bucket, serving_stack_name=serving
        )
        workflow = TrainingWorkflow(
            self,
            "Workflow",
            settings=settings,
            image_uri=algorithm_image(settings).uri,
            data_bucket=data_bucket,
            functions=functions,
            training_role=roles.training,
            hosting_deploy_role=deploy.role,
            serving_stack_name=serving,
            topic=self.topic,
        )
        transform = TransformWorkflow(
            self,
            "Transform",
            settings=settings,
            data_bucket=data_bucket,
            functions=functions,
            role=roles.transform,
            topic=self.topic,
        )
        self._monitor_executions(settings, notifications, workflow.state_machine, transform.state_machine)
        Triggers(
            self,
            "Triggers",
            settings=settings,
            data_bucket=data_bucket,
            state_machine=workflow.state_machine,
        )
        self._outputs(workflow.state_machine.state_machine_arn, transform.state_machine.state_machine_arn)

    def _monitor_executions(
        self,
        settings: Settings,
        notifications: Notifications,
        training: sfn.StateMachine,
        transform: sfn.StateMachine,
    ) -> None:
        """Declare alarms, notifications and the dashboard of both state machines."""
        running = "a training job or an update of the Serving stack that it had started may still be running"
        cleaned = "its transform job is stopped and its model deleted, and results may be missing"
        alarms: list[cloudwatch.Alarm] = []
        for id_prefix, machine, name, consequence in (
            ("", training, "training state machine", running),
            ("Transform", transform, "bulk scoring state machine", cleaned),
        ):
            notifications.grant_publish(machine)
            notify_aborted_or_timed_out(
                self,
                f"{id_prefix}NotifyAbortedOrTimedOut",
                settings=settings,
                state_machine=machine,
                machine_name=name,
                consequence=consequence,
                notifications=notifications,
            )
            alarms += ExecutionAlarms(
                self, f"{id_prefix}Watch", state_machine=machine, machine_name=name, topic=self.topic
            ).alarms
        ExecutionsDashboard(
            self,
            "Dashboard",
            settings=settings,
            state_machines={"Training": training, "Bulk scoring": transform},
            alarms=alarms,
        )

    def _outputs(self, state_machine_arn: str, transform_state_machine_arn: str) -> None:
        CfnOutput(self, "StateMachineArn", value=state_machine_arn, description="What to start, with {}")
        CfnOutput(
            self,
            "TransformStateMachineArn",
            value=transform_state_machine_arn,
            description="What to start to score documents in bulk",
        )
        CfnOutput(
            self,
            "NotificationTopicArn",
            value=self.topic.topic_arn,
            description="What to subscribe to for promotions, failures and alarms",
        )
