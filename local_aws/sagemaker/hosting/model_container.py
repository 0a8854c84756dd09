"""The container of a model: its archive in S3, and the command that starts its server."""

from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws.identity import RoleRefusedError
from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.access.execution_role import ExecutionRole
from local_aws.sagemaker.core.errors import ServiceError, invalid
from local_aws.sagemaker.core.resources import Model
from local_aws.sagemaker.core.s3_objects import S3Location
from local_aws.sagemaker.core.service import Service
from local_aws.sagemaker.processes.child_process import Command, clean_environment


def require_archive(role_arn: str, uri: str) -> tuple[Any, S3Location]:
    """Check that the execution role can read a model's archive.

    Returns
    -------
    tuple
        The S3 client of the role, and the archive's location.

    Raises
    ------
    ServiceError
        In SageMaker's wording: the role can't be assumed or may not read it, or it doesn't exist.
    """
    location = s3_objects.parse_uri(uri, "ModelDataUrl")
    try:
        s3 = ExecutionRole(role_arn).client("s3")
        with s3.get_object(Bucket=location.bucket, Key=location.key)["Body"]:
            return s3, location
    except (RoleRefusedError, ClientError) as error:
        raise _no_access(uri, role_arn, error) from error


def _no_access(uri: str, role_arn: str, error: Exception) -> ServiceError:
    return invalid(
        f'Could not access model data at {uri}. Please ensure that the role "{role_arn}" exists and that its '
        'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
        '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the '
        f"object is located in the same region. ({error})"
    )


def fetch_archive(model: Model, folder: Path) -> Path:
    """Copy a model's archive into a folder, which is created.

    Raises
    ------
    ServiceError, botocore.exceptions.ClientError
        The execution role can't read it, or it doesn't exist.
    """
    uri = model["PrimaryContainer"]["ModelDataUrl"]
    s3, location = require_archive(model["ExecutionRoleArn"], uri)
    folder.mkdir(parents=True)
    archive = folder / "model.tar.gz"
    s3_objects.download(s3, location, archive)
    return archive


def serve_command(
    service: Service, model: Model, base: Path, description: str, variables: dict[str, str] | None = None
) -> Command:
    """Return the command that starts a model's server.

    Parameters
    ----------
    service, model
        The service context, and the model.
    base
        The folder in place of /opt/ml; its ``model`` contains the unpacked archive.
    description
        The purpose of the server, in a few words.
    variables
        Environment variables in addition to the model's own, which they override.
    """
    container = model["PrimaryContainer"]
    region = model["ModelArn"].split(":")[3]
    return Command(
        service.images.program(container["Image"], "serve"),
        service.images.working_directory,
        {**clean_environment(base, region), **container.get("Environment", {}), **(variables or {})},
        service.processes,
        description,
    )
