"""The roles that SageMaker takes while it trains, while it serves and while it scores in bulk."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.common.algorithm_image import image
from stacks.config.settings import Settings
from stacks.iam.policy_statements import (
    describe_alarms,
    for_this_account,
    list_objects,
    pull,
    put_metrics,
    write_logs,
)


class ExecutionRoles(Construct):
    """One role for training jobs, one for the model behind the endpoint, one for the models of bulk scoring.

    What each needs: AWS documentation, "How to use SageMaker AI execution roles", CreateTrainingJob API and
    CreateModel API. `bucket.grant_read` would give more: any prefix, tags, ACLs, policies.

    Attributes
    ----------
    training
        Reads datasets/, writes models/.
    hosting
        Reads models/, and the alarms that its endpoint rolls back on.
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
        if data_bucket.encryption_key:
            data_bucket.encryption_key.grant_encrypt_decrypt(self.training)
            data_bucket.encryption_key.grant_decrypt(self.hosting)
            data_bucket.encryption_key.grant_encrypt_decrypt(self.transform)

    def _role(self, id_: str, user: str, statements: list[iam.PolicyStatement]) -> iam.Role:
        return iam.Role(
            self,
            id_,
            assumed_by=for_this_account(Stack.of(self), "sagemaker.amazonaws.com"),
            description=f"{user} of {Stack.of(self).stack_name}",
            inline_policies={"execution": iam.PolicyDocument(statements=statements)},
        )


def _training(scope: Construct, settings: Settings, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        list_objects(bucket.bucket_arn, "datasets/"),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("datasets/*")]),
        iam.PolicyStatement(actions=["s3:PutObject"], resources=[bucket.arn_for_objects("models/*")]),
        *pull(image(settings)),
        *write_logs(Stack.of(scope), group="/aws/sagemaker/TrainingJobs", streams=f"{settings.prefix}-*"),
        put_metrics("/aws/sagemaker/TrainingJobs"),
    ]


def _hosting(scope: Construct, settings: Settings, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        list_objects(bucket.bucket_arn, "models/"),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("models/*")]),
        *pull(image(settings)),
        *write_logs(Stack.of(scope), group=f"/aws/sagemaker/Endpoints/{settings.prefix}"),
        put_metrics("/aws/sagemaker/Endpoints", "AWS/SageMaker"),
        # AWS documentation, "Auto-Rollback Configuration and Monitoring": the execution role sees the alarms.
        describe_alarms(Stack.of(scope), f"{settings.stack_name('Serving')}-*"),
    ]


def _transform(scope: Construct, settings: Settings, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    read = [bucket.arn_for_objects(keys) for keys in ("models/*", "datasets/*")]
    return [
        list_objects(bucket.bucket_arn, "models/", "datasets/"),
        iam.PolicyStatement(actions=["s3:GetObject"], resources=read),
        iam.PolicyStatement(actions=["s3:PutObject"], resources=[bucket.arn_for_objects("transforms/*")]),
        *pull(image(settings)),
        *write_logs(
            Stack.of(scope), group="/aws/sagemaker/TransformJobs", streams=f"{settings.prefix}-transform-*"
        ),
        put_metrics("/aws/sagemaker/TransformJobs"),
    ]
