"""The stack that trains, promotes and scores in bulk: roles, functions, state machines, notifications."""

from aws_cdk import CfnOutput
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.dashboard import ExecutionsDashboard
from stacks.deployment_stack import DeploymentStack
from stacks.execution_roles import ExecutionRoles
from stacks.functions import Functions
from stacks.hosting_deploy_role import HostingDeployRole
from stacks.lda_image import image
from stacks.notifications import ExecutionWatch, Notifications
from stacks.settings import Settings
from stacks.triggers import Triggers
from stacks.workflows.training.workflow import TrainingWorkflow
from stacks.workflows.transform.workflow import TransformWorkflow


class TrainingStack(DeploymentStack):
    """What a person starts from the console; it knows Serving by its name, so nothing is circular.

    Attributes
    ----------
    hosting_role
        The role of the model behind the endpoint.
    topic
        Where promotions, failures and alarms go.
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
            image_uri=image(settings).uri,
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
        self._watch(settings, notifications, workflow.state_machine, transform.state_machine)
        Triggers(
            self,
            "Triggers",
            settings=settings,
            data_bucket=data_bucket,
            state_machine=workflow.state_machine,
        )
        self._outputs(workflow.state_machine.state_machine_arn, transform.state_machine.state_machine_arn)

    def _watch(
        self,
        settings: Settings,
        notifications: Notifications,
        training: sfn.StateMachine,
        transform: sfn.StateMachine,
    ) -> None:
        """Tell of executions that end in silence, and show all of them."""
        update = "a training job or an update of the Serving stack that it had started may still be running"
        cleaned = "its transform job is stopped and its model deleted, and results may be missing"
        watches = [
            ExecutionWatch(
                self,
                id_,
                settings=settings,
                state_machine=machine,
                work=work,
                may_still_run=left,
                notifications=notifications,
            )
            for id_, machine, work, left in (
                ("Watch", training, "training state machine", update),
                ("TransformWatch", transform, "bulk scoring state machine", cleaned),
            )
        ]
        for machine in (training, transform):
            notifications.grant(machine)
        ExecutionsDashboard(
            self,
            "Dashboard",
            settings=settings,
            state_machines={"Training": training, "Bulk scoring": transform},
            alarms=[alarm for watch in watches for alarm in watch.alarms],
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
