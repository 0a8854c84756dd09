"""The version of this project."""


def project_version() -> str:
    """Return the version as it is installed, "unknown" in a checkout that isn't."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("sagemaker-lda-as-code")
    except PackageNotFoundError:
        return "unknown"
