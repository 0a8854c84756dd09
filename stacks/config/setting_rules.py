"""Which settings don't go together; what each must be by itself stands beside it in settings.py."""

from typing import TYPE_CHECKING

from stacks.common.algorithm_image import LDA_ACCOUNTS
from stacks.config.knobs import SettingsError

if TYPE_CHECKING:
    from stacks.config.settings import Settings


def check_together(settings: "Settings") -> None:
    """Refuse settings of which two contradict each other.

    Raises
    ------
    SettingsError
        Naming both.
    """
    _check_region(settings)
    _check_training(settings)
    _check_scaling(settings)


def _check_region(settings: "Settings") -> None:
    """Refuse a region without the built-in image, and a key that lies elsewhere."""
    if settings.algorithm == "built-in" and settings.region not in LDA_ACCOUNTS:
        raise SettingsError(
            f"SageMaker's built-in LDA isn't offered in {settings.region}, only in "
            f"{', '.join(LDA_ACCOUNTS)}. Choose one of these with -c region=..., or this project's own "
            "container with -c algorithm=open."
        )
    if settings.kms_key_arn and f":kms:{settings.region}:" not in settings.kms_key_arn:
        raise SettingsError(
            f"The setting kms_key_arn is {settings.kms_key_arn!r}; the key must lie in {settings.region}."
        )


def _check_training(settings: "Settings") -> None:
    """Refuse what only this project's own container can do."""
    if settings.algorithm == "built-in" and settings.training_instance_count > 1:
        raise SettingsError(
            f"The setting training_instance_count is {settings.training_instance_count}, but SageMaker's "
            "built-in LDA trains on one instance. Leave it at 1, or choose this project's own container with "
            "-c algorithm=open."
        )


def _check_scaling(settings: "Settings") -> None:
    """Refuse a largest number of instances that is below the smallest."""
    if settings.endpoint_max_instance_count < settings.endpoint_instance_count:
        raise SettingsError(
            f"The setting endpoint_max_instance_count is {settings.endpoint_max_instance_count}; it must be "
            f"at least endpoint_instance_count, which is {settings.endpoint_instance_count}."
        )
