"""Composes SageMaker from its parts and registers it with ministack."""

import shutil
from pathlib import Path
from typing import Any

from local_aws.ministack import extensions
from local_aws.ministack.requests import Request
from local_aws.ministack.signatures import Response
from local_aws.process.process_records import ProcessRecords
from local_aws.sagemaker import step_functions
from local_aws.sagemaker.autoscaling import cloudformation as autoscaling_cloudformation
from local_aws.sagemaker.autoscaling import scalable_targets, scaling_policies
from local_aws.sagemaker.core import quotas, tags
from local_aws.sagemaker.core.access import authorization, condition_keys
from local_aws.sagemaker.core.api import Handler, Operation, bind, json_handler, with_error_responses
from local_aws.sagemaker.core.service import Running, Service
from local_aws.sagemaker.hosting import cloudformation as hosting_cloudformation
from local_aws.sagemaker.hosting import endpoint_configs, endpoints, models
from local_aws.sagemaker.hosting.deployments import Deployments
from local_aws.sagemaker.hosting.endpoint_metrics import EndpointMetrics
from local_aws.sagemaker.hosting.invoke_endpoint import invoke
from local_aws.sagemaker.processes import image_catalog
from local_aws.sagemaker.training import job_status, training_jobs
from local_aws.sagemaker.transform import transform_jobs

_installed: list[Deployments] = []


def install(images_file: Path, folder: Path) -> None:
    """Register the services, their CloudFormation types, and Step Functions' service integrations.

    Parameters
    ----------
    images_file
        The program to run in place of each container image.
    folder
        The server's state folder; files of jobs and model servers are in its ``sagemaker``.

    Raises
    ------
    local_aws.sagemaker.processes.image_catalog.BadImagesFileError
        The images file is invalid.
    """
    service = Service(image_catalog.load(images_file), folder / "sagemaker", ProcessRecords(folder))
    shutil.rmtree(service.folder, ignore_errors=True)  # the files of a server that was killed
    deployments = Deployments(service)
    _installed.append(deployments)
    _register_services(service, deployments)
    condition_keys.install()
    hosting_cloudformation.install()
    autoscaling_cloudformation.install()
    step_functions.install()


def _register_services(service: Service, deployments: Deployments) -> None:
    def restore(saved: dict[str, Any]) -> None:
        service.store.restore(saved)
        job_status.fail_interrupted_jobs(service.store)
        transform_jobs.fail_interrupted_jobs(service.store)
        deployments.restart_all()

    extensions.register_service(
        "sagemaker",
        "SageMaker.",
        sagemaker_handler(service, deployments),
        resource_arn=authorization.resource_of,
        rest_model="sagemaker-runtime",
        get_state=service.store.snapshot,
        restore=restore,
    )
    scaling = {**scalable_targets.OPERATIONS, **scaling_policies.OPERATIONS}
    extensions.register_service(
        "application-autoscaling",
        "AnyScaleFrontendService.",
        json_handler("application-autoscaling", bind(service, scaling)),
        resource_arn=authorization.scalable_target_of,
    )
    extensions.register_service(
        "servicequotas",
        "ServiceQuotasV20190624.",
        json_handler("service-quotas", bind(service, quotas.OPERATIONS)),
        resource_arn=quotas.resource_of,
    )


def sagemaker_handler(service: Service, deployments: Deployments) -> Handler:
    """Return the handler of SageMaker's API and of its runtime."""
    handle_api = json_handler("sagemaker", _sagemaker_operations(service, deployments))
    metrics = EndpointMetrics()

    @with_error_responses
    def handle(request: Request) -> Response:
        endpoint = authorization.invoked_endpoint(request.path)
        return invoke(deployments, metrics, endpoint, request) if endpoint else handle_api(request)

    return handle


def _sagemaker_operations(service: Service, deployments: Deployments) -> dict[str, Operation]:
    return {
        **bind(service, training_jobs.OPERATIONS),
        **bind(service, transform_jobs.OPERATIONS),
        **bind(service, models.OPERATIONS),
        **bind(service, endpoint_configs.OPERATIONS),
        **bind(deployments, endpoints.OPERATIONS),
        **bind(service, tags.OPERATIONS),
    }


def shutdown() -> None:
    """Stop every job and every model server within seconds; the state has been saved before."""
    everything: list[Running] = []
    for deployments in _installed:
        everything += [*deployments.service.job_runs.values(), *deployments.fleets()]
    for running in everything:
        running.stop_soon()
    for running in everything:
        running.wait_until_stopped()
