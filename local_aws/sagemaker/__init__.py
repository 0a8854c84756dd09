"""The SageMaker that ministack lacks: real jobs, real model servers (docs/local-sagemaker.md)."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.ministack import extensions
from local_aws.process.child_processes import ChildProcesses
from local_aws.sagemaker import (
    api,
    authorization,
    autoscaling,
    autoscaling_cloudformation,
    cloudformation,
    condition_keys,
    deployments,
    images,
    quotas,
    step_functions,
)
from local_aws.sagemaker.service import Service

if TYPE_CHECKING:
    from local_aws.sagemaker.fleet import Fleet
    from local_aws.sagemaker.training import TrainingRun
    from local_aws.sagemaker.transform import TransformRun

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
    local_aws.sagemaker.images.BadImagesFileError
        The images file can't be used.
    """
    service = Service(images.load(images_file), folder / "sagemaker", ChildProcesses(folder))
    shutil.rmtree(service.folder, ignore_errors=True)  # what a server that was killed has left
    _services.append(service)
    _register(service)
    condition_keys.install()
    cloudformation.install()
    autoscaling_cloudformation.install()
    step_functions.install()


def _register(service: Service) -> None:
    def restore(saved: dict[str, object]) -> None:
        service.store.restore(saved)
        deployments.revive(service)

    extensions.register_service(
        "sagemaker",
        "SageMaker.",
        api.sagemaker(service),
        resource_arn=authorization.resource_of,
        rest_model="sagemaker-runtime",
        get_state=service.store.snapshot,
        restore=restore,
    )
    extensions.register_service(
        "application-autoscaling",
        "AnyScaleFrontendService.",
        api.json_service(service, "application-autoscaling", autoscaling.OPERATIONS),
        resource_arn=authorization.scalable_target_of,
    )
    extensions.register_service(
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
