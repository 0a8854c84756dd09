"""A prepared corpus uploaded as a dataset to the data bucket of a deployment."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from client.deployment import Deployment
from client.errors import UserError
from data_prep.dataset.upload import upload
from data_prep.errors import UploadError
from data_prep.progress import Progress
from data_prep.text.dataset import write_dataset

if TYPE_CHECKING:
    from data_prep.text.corpus import PreparedCorpus


def upload_text(
    deployment: Deployment, corpus: "PreparedCorpus", name: str, source: str, progress: Progress
) -> str:
    """Write a corpus as a dataset, and upload it; return a sentence that says where to.

    Parameters
    ----------
    deployment
        The deployment whose data bucket gets the dataset; one of this name is replaced.
    corpus
        The prepared texts.
    name
        The dataset's name.
    source
        Where the texts come from.
    progress
        Shows how much has been uploaded.

    Raises
    ------
    UserError
        The Storage stack is not deployed, or the upload failed.
    """
    bucket = deployment.output("Storage", "DataBucketName")
    with tempfile.TemporaryDirectory(prefix="lda-dataset-") as folder:
        try:
            progress.stage("Writing the dataset")
            write_dataset(Path(folder), name, corpus, source=f"Prepared from {source}.")
            progress.stage("Uploading the dataset", "MB")
            upload(folder, name, bucket, s3=deployment.client("s3"), progress=progress.advance)
        except (UploadError, ValueError) as error:
            raise UserError(str(error)) from error
    return f"Uploaded the dataset {name} to s3://{bucket}/datasets/{name}/ in {deployment.region}."
