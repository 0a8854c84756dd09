"""The resources as they are stored: each as its Describe call returns it.

Members are named as in docs.aws.amazon.com/sagemaker/latest/APIReference; those below the first level that
nothing here computes with are stored as in the request.
"""

from typing import NotRequired, TypedDict

from local_aws.sagemaker.core.api_call import JsonObject

MAX_FAILURE_REASON = 1024  # characters of a FailureReason
# The statuses of a job that has not ended.
RUNNING = frozenset({"InProgress", "Stopping"})
INTERRUPTED = (
    "InternalServerError: The local AWS stopped while the {} job ran. Start it again under a new name."
)


class StatusTransition(TypedDict):
    """An entry of SecondaryStatusTransitions."""

    Status: str
    StartTime: float
    EndTime: NotRequired[float]
    StatusMessage: NotRequired[str]


class TrainingJob(TypedDict):
    """A training job."""

    TrainingJobName: str
    TrainingJobArn: str
    TrainingJobStatus: str
    SecondaryStatus: str
    SecondaryStatusTransitions: list[StatusTransition]
    CreationTime: float
    LastModifiedTime: float
    RoleArn: str
    AlgorithmSpecification: JsonObject
    ResourceConfig: JsonObject
    StoppingCondition: JsonObject
    OutputDataConfig: JsonObject
    InputDataConfig: NotRequired[list[JsonObject]]
    HyperParameters: NotRequired[dict[str, str]]
    Environment: NotRequired[dict[str, str]]
    TrainingStartTime: NotRequired[float]
    TrainingEndTime: NotRequired[float]
    TrainingTimeInSeconds: NotRequired[int]
    BillableTimeInSeconds: NotRequired[int]
    FinalMetricDataList: NotRequired[list[JsonObject]]
    ModelArtifacts: NotRequired[JsonObject]
    FailureReason: NotRequired[str]


class TransformJob(TypedDict):
    """A transform job."""

    TransformJobName: str
    TransformJobArn: str
    TransformJobStatus: str
    CreationTime: float
    LastModifiedTime: float
    ModelName: str
    TransformInput: JsonObject
    TransformOutput: JsonObject
    TransformResources: JsonObject
    DataProcessing: dict[str, str]
    ModelClientConfig: NotRequired[dict[str, int]]
    Environment: NotRequired[dict[str, str]]
    TransformStartTime: NotRequired[float]
    TransformEndTime: NotRequired[float]
    FailureReason: NotRequired[str]


class Model(TypedDict):
    """A model."""

    ModelName: str
    ModelArn: str
    PrimaryContainer: JsonObject
    ExecutionRoleArn: str
    CreationTime: float


class ProductionVariant(TypedDict):
    """A variant of an endpoint configuration."""

    VariantName: str
    ModelName: str
    InstanceType: str
    InitialInstanceCount: int
    InitialVariantWeight: float


class EndpointConfig(TypedDict):
    """An endpoint configuration."""

    EndpointConfigName: str
    EndpointConfigArn: str
    ProductionVariants: list[ProductionVariant]
    CreationTime: float


class ProductionVariantSummary(TypedDict):
    """A variant as an endpoint serves it."""

    VariantName: str
    DeployedImages: list[JsonObject]
    CurrentWeight: float
    DesiredWeight: float
    CurrentInstanceCount: int
    DesiredInstanceCount: int


class Endpoint(TypedDict):
    """An endpoint; members with an underscore restart its servers and are not described."""

    EndpointName: str
    EndpointArn: str
    EndpointConfigName: str
    EndpointStatus: str
    CreationTime: float
    LastModifiedTime: float
    ProductionVariants: NotRequired[list[ProductionVariantSummary]]
    LastDeploymentConfig: NotRequired[JsonObject]
    PendingDeploymentSummary: NotRequired[JsonObject]
    FailureReason: NotRequired[str]
    _Config: NotRequired[EndpointConfig]
    _Models: NotRequired[list[Model]]


class ScalableTarget(TypedDict):
    """A scalable target of Application Auto Scaling."""

    ServiceNamespace: str
    ResourceId: str
    ScalableDimension: str
    MinCapacity: int
    MaxCapacity: int
    RoleARN: str
    ScalableTargetARN: str
    CreationTime: float


class ScalingPolicy(TypedDict):
    """A scaling policy of Application Auto Scaling."""

    PolicyName: str
    PolicyARN: str
    PolicyType: str
    ServiceNamespace: str
    ResourceId: str
    ScalableDimension: str
    Alarms: list[JsonObject]
    CreationTime: float
