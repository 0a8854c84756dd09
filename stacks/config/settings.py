"""All settings: their types, defaults, limits and descriptions.

One synthesis is one environment. ``-c environment=prod`` selects it, ``-c num_topics=20`` overrides a
setting.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from stacks.config.lda_registry import LDA_ACCOUNTS
from stacks.config.setting_types import SCHEDULE, InstanceCount, InstanceType, error_message, parse


class SettingsError(Exception):
    """A setting is wrong; the text is a sentence for the user who set it."""


class Settings(BaseModel):
    """The settings of one environment.

    The string below a field is its description, also in docs/settings.md. The title of a field with a pattern
    describes the pattern in the error message "it must be <title>".

    Raises
    ------
    SettingsError
        When a setting is unknown, ill-typed, out of its limits, or contradicts another one.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    environment: Literal["dev", "prod"] = "dev"
    """The environment; it determines the defaults of the other settings."""

    # Without hyphens, <name>-<environment>- is never the beginning of another deployment's prefix. Twelve
    # characters fit into the longest name that CloudFormation generates (63).
    name: str = Field(
        default="lda",
        pattern=r"^[a-z][a-z0-9]{0,11}$",
        title="1 to 12 lower-case letters and digits, a letter first",
    )
    """Prefix of all names that must be unique in the account, so that several users can share it."""

    region: str = Field(
        default="us-east-1", pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", title="an AWS region such as us-east-1"
    )
    """The AWS region of the deployment."""

    algorithm: Literal["built-in", "open"] = "built-in"
    """The image that trains and serves: SageMaker's built-in LDA or this project's open container."""

    open_image_repository: str = Field(
        default="spectral-lda",
        pattern=r"^[a-z0-9][a-z0-9._/-]{1,255}$",
        title="the name of an ECR repository",
    )
    """The ECR repository of the open container, in the account and region of the deployment."""

    open_image_tag: str = Field(default="1", pattern=r"^[\w][\w.-]{0,127}$", title="a tag of an image")
    """The tag of the open container's image."""

    dataset: str = Field(
        default="griffiths",
        pattern=r"^[a-z0-9-]{1,63}$",
        title="1 to 63 lower-case letters, digits and hyphens",
    )
    """The default dataset of an execution: datasets/<dataset>/ in the bucket."""

    num_topics: int = Field(default=10, ge=1)
    """The default number of topics of an execution."""

    alpha0: float = Field(default=1.0, ge=1e-9, le=10**9)
    """The sum of the Dirichlet prior's parameters: a larger sum gives a document more topics."""

    max_restarts: int = Field(default=10, ge=1)
    """The number of restarts of the alternating least squares (ALS)."""

    max_iterations: int = Field(default=1000, ge=1)
    """The maximum number of iterations after each start of the ALS."""

    tol: float = Field(default=1e-8, gt=0)
    """The error tolerance at which the ALS stops."""

    training_instance_type: InstanceType = "ml.c4.2xlarge"
    """The instance type of training jobs."""

    training_instance_count: InstanceCount = 1
    """The number of instances of a training job, each with its part of the shards; 1 for the built-in LDA."""

    training_volume_gb: int = Field(default=50, ge=1, le=16384)
    """The volume size of each training instance, in GB."""

    training_max_runtime_seconds: int = Field(default=3600, ge=60, le=2_419_200)
    """The maximum runtime of a training job, in seconds."""

    training_jobs_at_once: int = Field(default=2, ge=1, le=20)
    """The maximum number of concurrent training jobs of an execution."""

    training_price_per_instance_hour: float | None = Field(default=None, gt=0)
    """The price of an instance hour of training, in any currency; none: no cost is computed."""

    endpoint_instance_type: InstanceType = "ml.c4.xlarge"
    """The instance type of the endpoint."""

    endpoint_instance_count: InstanceCount = 1
    """The minimum number of instances of the endpoint."""

    endpoint_max_instance_count: InstanceCount = 1
    """The maximum number of instances of the endpoint; equal to endpoint_instance_count: no scaling."""

    transform_instance_type: InstanceType = "ml.c4.xlarge"
    """The instance type of transform jobs."""

    transform_instance_count: InstanceCount = 1
    """The number of instances of a transform job, which share the objects of its input."""

    # AWS documentation, PutRetentionPolicy: CloudWatch Logs accepts these numbers of days.
    log_retention_days: Literal[
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,
        1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ] = 30  # fmt: skip
    """The retention of the log groups, in days."""

    notification_email: str | None = Field(
        default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", title="an e-mail address"
    )
    """An e-mail address to subscribe to the notification topic; none: no subscription."""

    schedule: str | None = Field(
        default=None,
        pattern=SCHEDULE,
        title="a schedule of EventBridge: rate(7 days), cron(0 3 ? * MON *) or at(2027-01-31T03:00:00)",
    )
    """The schedule on which executions start, in UTC; none: no schedule."""

    train_on_upload: bool = False
    """Whether uploading a dataset's manifest starts an execution with this dataset."""

    kms_key_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+$",
        title="the ARN of a KMS key",
    )
    """A customer managed key for the objects in the bucket; none: S3 managed keys."""

    pwll_tolerance: float = Field(default=0.05, ge=0)
    """Without completion: how far the pwll may be below that of the serving model, in nats per word."""

    when_not_comparable: Literal["promote", "hold"] = "promote"
    """What to do when the new model can't be compared with the one that serves."""

    minimum_pwll: float | None = None
    """The per-word log-likelihood (pwll) that a promotion requires; none: no minimum."""

    # DescribeStacks every 15 seconds adds 9 events. An execution may wait for three promotions of three
    # hours, 19,440 events; Step Functions ends it at 25,000 (developer guide, "Quotas").
    promotion_timeout_seconds: int = Field(default=3600, ge=60, le=10_800)
    """The timeout of a promotion, in seconds."""

    retain_data: bool = False
    """Whether the bucket outlives its stack, which then has termination protection."""

    @property
    def prefix(self) -> str:
        """``<name>-<environment>``: the endpoint's name and the prefix of every job's."""
        return f"{self.name}-{self.environment}"

    @property
    def endpoint_scales(self) -> bool:
        """Whether the endpoint scales automatically."""
        return self.endpoint_max_instance_count > self.endpoint_instance_count

    def stack_name(self, kind: str) -> str:
        """Return the name of the stack of a `kind`: DevStorage, or alice-DevStorage."""
        default = f"{self.environment.capitalize()}{kind}"
        return default if self.name == "lda" else f"{self.name}-{default}"

    @field_validator("*", mode="before")
    @classmethod
    def _parse(cls, value: object, info: ValidationInfo) -> object:
        return parse(cls.model_fields[f"{info.field_name}"].annotation, value)

    @model_validator(mode="wrap")
    @classmethod
    def _raise_settings_error(cls, values: Any, handler: Callable[[Any], Self]) -> Self:
        try:
            return handler(values)
        except ValidationError as error:
            raise SettingsError(error_message(cls.model_fields, error)) from error

    @model_validator(mode="after")
    def _check_region(self) -> Self:
        if self.algorithm == "built-in" and self.region not in LDA_ACCOUNTS:
            raise SettingsError(
                f"SageMaker's built-in LDA isn't offered in {self.region}, only in "
                f"{', '.join(LDA_ACCOUNTS)}. Choose one of these with -c region=..., or this project's own "
                "container with -c algorithm=open."
            )
        if self.kms_key_arn and f":kms:{self.region}:" not in self.kms_key_arn:
            raise SettingsError(
                f"The setting kms_key_arn is {self.kms_key_arn!r}; the key must be in {self.region}."
            )
        return self

    @model_validator(mode="after")
    def _check_instance_counts(self) -> Self:
        if self.algorithm == "built-in" and self.training_instance_count > 1:
            raise SettingsError(
                f"The setting training_instance_count is {self.training_instance_count}, but SageMaker's "
                "built-in LDA trains on one instance. Leave it at 1, or choose this project's own container "
                "with -c algorithm=open."
            )
        if self.endpoint_max_instance_count < self.endpoint_instance_count:
            raise SettingsError(
                f"The setting endpoint_max_instance_count is {self.endpoint_max_instance_count}; it must be "
                f"at least endpoint_instance_count, which is {self.endpoint_instance_count}."
            )
        return self


# environment -> the settings whose defaults it changes
ENVIRONMENT_DEFAULTS: Final[Mapping[str, Mapping[str, object]]] = {
    "dev": {},
    "prod": {
        "endpoint_max_instance_count": 4,
        "log_retention_days": 365,
        "retain_data": True,
        "when_not_comparable": "hold",
    },
}


def load_settings(context: Mapping[str, object]) -> Settings:
    """Read the settings from the context of the CDK app; a mistake is a `SettingsError`.

    Parameters
    ----------
    context
        All of it (``app.node.get_all_context()``), so that a misspelt setting is found. Keys with a colon or
        a slash belong to the CDK: feature flags, cached lookups.
    """
    overrides = {key: value for key, value in context.items() if not {":", "/"} & set(key)}
    defaults = ENVIRONMENT_DEFAULTS.get(f"{overrides.get('environment', 'dev')}", {})
    return Settings.model_validate({**defaults, **overrides})
