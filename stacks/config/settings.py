"""Every knob, its value in each environment and its check: here and nowhere else.

One synthesis is one environment. ``-c environment=prod`` chooses it; ``-c num_topics=20`` overrides a knob.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

from stacks.config.knobs import (
    Knob,
    anything,
    at_least,
    between,
    check,
    knobs,
    matching,
    one_of,
    parse,
    positive,
)
from stacks.config.schedule_expression import expression
from stacks.config.setting_rules import check_together

# AWS documentation, PutRetentionPolicy: CloudWatch Logs keeps events for one of these numbers of days.
RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_INSTANCE_TYPE: Final = matching(
    r"ml\.[a-z0-9-]+\.[a-z0-9]+", "a SageMaker instance type such as ml.c5.xlarge"
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one environment is made of.

    Raises
    ------
    SettingsError
        When a value is out of its range or two values don't go together.
    """

    environment: Annotated[
        str, Knob("Which environment is meant; the defaults of the others follow.", one_of("dev", "prod"))
    ] = "dev"
    # Without hyphens, <name>-<environment>- is never the beginning of another deployment's prefix. Twelve
    # characters leave room for the longest name that CloudFormation generates from it (63).
    name: Annotated[
        str,
        Knob(
            "Prefix of whatever must be unique in the account, so that several people can share one.",
            matching(r"[a-z][a-z0-9]{0,11}", "1 to 12 lower-case letters and digits, a letter first"),
        ),
    ] = "lda"
    region: Annotated[
        str,
        Knob(
            "The AWS region of everything.",
            matching(r"[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as us-east-1"),
        ),
    ] = "us-east-1"
    algorithm: Annotated[
        str,
        Knob(
            "Which image trains and serves: SageMaker's built-in LDA or this project's open container.",
            one_of("built-in", "open"),
        ),
    ] = "built-in"
    open_image_repository: Annotated[
        str,
        Knob(
            "The ECR repository of the open container, in the account and region of the deployment.",
            matching(r"[a-z0-9][a-z0-9._/-]{1,255}", "the name of an ECR repository"),
        ),
    ] = "spectral-lda"
    open_image_tag: Annotated[
        str,
        Knob("The tag of the open container's image.", matching(r"[\w][\w.-]{0,127}", "a tag of an image")),
    ] = "1"
    dataset: Annotated[
        str,
        Knob(
            "The dataset of an execution that names none: datasets/<dataset>/ in the bucket.",
            matching(r"[a-z0-9-]{1,63}", "1 to 63 lower-case letters, digits and hyphens"),
        ),
    ] = "griffiths"
    num_topics: Annotated[
        int, Knob("How many topics an execution learns that doesn't say so itself.", at_least(1))
    ] = 10
    alpha0: Annotated[
        float,
        Knob("The sum of the Dirichlet prior: the larger, the more topics a document.", between(1e-9, 10**9)),
    ] = 1.0
    max_restarts: Annotated[
        int, Knob("How often the alternating least squares (ALS) start anew.", at_least(1))
    ] = 10
    max_iterations: Annotated[int, Knob("How many sweeps one ALS start makes at most.", at_least(1))] = 1000
    tol: Annotated[float, Knob("The error at which an ALS start stops.", positive())] = 1e-8
    training_instance_type: Annotated[str, Knob("What kind of instance trains.", _INSTANCE_TYPE)] = (
        "ml.c4.2xlarge"
    )
    training_instance_count: Annotated[
        int,
        Knob(
            "How many instances train together, each from its share of the shards; only with algorithm open.",
            between(1, 100),
        ),
    ] = 1
    training_volume_gb: Annotated[
        int, Knob("The disk of each training instance, in GB.", between(1, 16384))
    ] = 50
    training_max_runtime_seconds: Annotated[
        int, Knob("When a training job is stopped, in seconds.", between(60, 2_419_200))
    ] = 3600
    training_jobs_at_once: Annotated[
        int, Knob("How many models of a sweep train at the same time.", between(1, 20))
    ] = 2
    training_price_per_instance_hour: Annotated[
        float | None,
        Knob(
            "What an hour of a training instance costs you, in any currency; none: no cost is reckoned.",
            positive(),
        ),
    ] = None
    endpoint_instance_type: Annotated[str, Knob("The instances behind the endpoint.", _INSTANCE_TYPE)] = (
        "ml.c4.xlarge"
    )
    endpoint_instance_count: Annotated[
        int, Knob("How many instances the endpoint has, and never fewer.", between(1, 100))
    ] = 1
    endpoint_max_instance_count: Annotated[
        int,
        Knob(
            "How many instances the endpoint may grow to; the same as endpoint_instance_count: no scaling.",
            between(1, 100),
        ),
    ] = 1
    transform_instance_type: Annotated[str, Knob("The instances that score in bulk.", _INSTANCE_TYPE)] = (
        "ml.c4.xlarge"
    )
    transform_instance_count: Annotated[
        int, Knob("How many instances divide the objects of a bulk scoring among them.", between(1, 100))
    ] = 1
    log_retention_days: Annotated[
        int, Knob("How many days our log groups keep events.", one_of(*RETENTION_DAYS))
    ] = 30
    notification_email: Annotated[
        str | None,
        Knob(
            "Who is told about failures and alarms; none: only the topic's own subscribers.",
            matching(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
        ),
    ] = None
    schedule: Annotated[
        str | None,
        Knob("When executions start by themselves, in UTC; none: when somebody starts them.", expression()),
    ] = None
    train_on_upload: Annotated[
        bool,
        Knob("Whether uploading a dataset's manifest starts an execution with that dataset.", anything()),
    ] = False
    kms_key_arn: Annotated[
        str | None,
        Knob(
            "A customer key for the objects in the bucket; none: S3's own key.",
            matching(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+", "the ARN of a KMS key"),
        ),
    ] = None
    pwll_tolerance: Annotated[
        float,
        Knob(
            "How much worse than the serving model a new one may be and still be promoted, in nats a word.",
            at_least(0),
        ),
    ] = 0.05
    when_not_comparable: Annotated[
        str,
        Knob(
            "What happens to a model that can't be compared with the serving one: other test documents, or "
            "no evaluation.",
            one_of("promote", "hold"),
        ),
    ] = "promote"
    minimum_pwll: Annotated[
        float | None,
        Knob("The per-word log-likelihood that a model needs to be promoted; none: no bound.", anything()),
    ] = None
    # A look at the stack, every 15 seconds, is 9 events; three promotions may be waited for; and an execution
    # of 25,000 events is ended (Step Functions developer guide, "Quotas"): three hours each are 19,440.
    promotion_timeout_seconds: Annotated[
        int, Knob("How long a promotion may take before it counts as failed.", between(60, 10_800))
    ] = 3600
    retain_data: Annotated[
        bool,
        Knob(
            "Whether the bucket outlives its stack, which is then protected from deletion as well.",
            anything(),
        ),
    ] = False

    def __post_init__(self) -> None:
        for name, knob in KNOBS.items():
            check(name, knob, getattr(self, name))
        check_together(self)

    @property
    def prefix(self) -> str:
        """``<name>-<environment>``: the endpoint's name and the beginning of every training job's."""
        return f"{self.name}-{self.environment}"

    @property
    def scales(self) -> bool:
        """Whether the endpoint may grow beyond the instances that it starts with."""
        return self.endpoint_max_instance_count > self.endpoint_instance_count

    def stack_name(self, kind: str) -> str:
        """Return the name of the stack of a `kind`: DevStorage, or alice-DevStorage."""
        own = f"{self.environment.capitalize()}{kind}"
        return own if self.name == "lda" else f"{self.name}-{own}"


KNOBS: Final = knobs(Settings)


def load(context: Mapping[str, object]) -> Settings:
    """Read the settings from the context of the CDK app.

    Parameters
    ----------
    context
        All of it (``app.node.get_all_context()``), so that a misspelt setting is found. Keys with a colon or
        a slash are the CDK's own: feature flags, cached look-ups.

    Raises
    ------
    SettingsError
        When a setting is unknown, ill-typed, out of its range, or doesn't go with the others.
    """
    given = parse(Settings, {key: value for key, value in context.items() if not {":", "/"} & set(key)})
    check("environment", KNOBS["environment"], given.get("environment", "dev"))
    return replace(ENVIRONMENTS[given.get("environment", "dev")], **given)


ENVIRONMENTS: Final = {
    "dev": Settings(),
    "prod": Settings(
        environment="prod", endpoint_max_instance_count=4, log_retention_days=365, retain_data=True
    ),
}
