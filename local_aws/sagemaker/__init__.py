"""The SageMaker that ministack lacks: real jobs, real model servers (docs/local-sagemaker.md)."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws import hooks
from local_aws.processes import Record
from local_aws.sagemaker import step_functions
from local_aws.sagemaker.autoscaling import cloudformation as autoscaling_cloudformation
from local_aws.sagemaker.autoscaling import scalable_targets
from local_aws.sagemaker.core import api, quotas
from local_aws.sagemaker.core.access import authorization, condition_keys
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.hosting import cloudformation as hosting_cloudformation
from local_aws.sagemaker.hosting import deployments
from local_aws.sagemaker.processes import image_catalog

if TYPE_CHECKING:
    from local_aws.sagemaker.hosting.fleet import Fleet
    from local_aws.sagemaker.training.training_run import TrainingRun
    from local_aws.sagemaker.transform.transform_run import TransformRun

_services: list[Service] = []


def install(images_file: Path, folder: Path) -> None:
    """Register SageMaker, its quotas, Application Auto Scaling, their CloudFormation types, the integration.

    Parameters
    ----------
    images_file
        Which program stands for which container image.
    folder
        The server's state folder; files of jobs and servers go to its ``sagemaker``.

    Raises
    ------
    local_aws.sagemaker.processes.image_catalog.BadImagesFileError
        The images file can't be used.
    """
    service = Service(image_catalog.load(images_file), folder / "sagemaker", Record(folder))
    shutil.rmtree(service.folder, ignore_errors=True)  # what a server that was killed has left
    _services.append(service)
    _register(service)
    condition_keys.install()
    hosting_cloudformation.install()
    autoscaling_cloudformation.install()
    step_functions.install()


def _register(service: Service) -> None:
    def restore(saved: dict[str, object]) -> None:
        service.store.restore(saved)
        deployments.revive(service)

    hooks.register_service(
        "sagemaker",
        "SageMaker.",
        api.sagemaker(service),
        resource_arn=authorization.resource_of,
        rest_model="sagemaker-runtime",
        get_state=service.store.snapshot,
        restore=restore,
    )
    hooks.register_service(
        "application-autoscaling",
        "AnyScaleFrontendService.",
        api.json_service(service, "application-autoscaling", scalable_targets.OPERATIONS),
        resource_arn=authorization.scalable_target_of,
    )
    hooks.register_service(
        "servicequotas",
        "ServiceQuotasV20190624.",
        api.json_service(service, "service-quotas", quotas.OPERATIONS),
        resource_arn=quotas.resource_of,
    )


def shutdown() -> None:
    """End every job and every model server within seconds; what they were is saved before."""
    running: list[TrainingRun | TransformRun | Fleet] = []
    for service in _services:
        running += [*service.training_runs.values(), *service.transform_runs.values()]
        running += [*service.fleets.values(), *service.starting.values()]
    for work in running:
        work.stop_soon()
    for work in running:
        work.wait_until_stopped()
