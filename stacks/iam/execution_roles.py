"""The roles that SageMaker assumes for training jobs, for the endpoint's model and for transform jobs."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.common.algorithm_image import algorithm_image
from stacks.config.settings import Settings
from stacks.iam.policy_statements import (
    describe_alarms,
    get_objects,
    list_objects,
    pull_image,
    put_metrics,
    put_objects,
    service_principal,
    write_logs,
)


class ExecutionRoles(Construct):
    """One role for training jobs, one for the model behind the endpoint, one for the models of bulk scoring.

    The permissions follow AWS's documentation, "How to use SageMaker AI execution roles", CreateTrainingJob
    API and CreateModel API. `bucket.grant_read` would grant more: every prefix, tags, ACLs, policies.

    Attributes
    ----------
    training
        Reads datasets/, writes models/.
    hosting
        Reads models/, and the alarms on which the endpoint rolls back.
    transform
        Reads models/ and datasets/, writes transforms/.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, data_bucket: s3.IBucket) -> None:
        super().__init__(scope, id_)
        self.training = self._role("Training", "Training jobs", _training(self, settings, data_bucket))
        self.hosting = self._role(
            "Hosting", "The model behind the endpoint", _hosting(self, settings, data_bucket)
        )
        self.transform = self._role(
            "Transform", "The models of bulk scoring", _transform(self, settings, data_bucket)
        )
        if key := data_bucket.encryption_key:
            key.grant_encrypt_decrypt(self.training)
            key.grant_decrypt(self.hosting)
            key.grant_encrypt_decrypt(self.transform)

    def _role(self, id_: str, user: str, statements: list[iam.PolicyStatement]) -> iam.Role:
        return iam.Role(
            self,
            id_,
            assumed_by=service_principal(Stack.of(self), "sagemaker.amazonaws.com"),
            description=f"{user} of {Stack.of(self).stack_name}",
            inline_policies={"execution": iam.PolicyDocument(statements=statements)},
        )


def _training(scope: Construct, settings: Settings, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        list_objects(bucket, "datasets/"),
        get_objects(bucket, "datasets/*"),
        put_objects(bucket, "models/*"),
        *pull_image(algorithm_image(settings)),
        *write_logs(Stack.of(scope), group="/aws/sagemaker/TrainingJobs", streams=f"{settings.prefix}-*"),
        put_metrics("/aws/sagemaker/TrainingJobs"),
    ]


def _hosting(scope: Construct, settings: Settings, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        list_objects(bucket, "models/"),
        get_objects(bucket, "models/*"),
        *pull_image(algorithm_image(settings)),
        *write_logs(Stack.of(scope), group=f"/aws/sagemaker/Endpoints/{settings.prefix}"),
        put_metrics("/aws/sagemaker/Endpoints", "AWS/SageMaker"),
        # AWS documentation, "Auto-Rollback Configuration and Monitoring": the role reads the alarms.
        describe_alarms(Stack.of(scope), f"{settings.stack_name('Serving')}-*"),
    ]


def _transform(scope: Construct, settings: Settings, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        list_objects(bucket, "models/", "datasets/"),
        get_objects(bucket, "models/*", "datasets/*"),
        put_objects(bucket, "transforms/*"),
        *pull_image(algorithm_image(settings)),
        *write_logs(
            Stack.of(scope), group="/aws/sagemaker/TransformJobs", streams=f"{settings.prefix}-transform-*"
        ),
        put_metrics("/aws/sagemaker/TransformJobs"),
    ]
