"""The local AWS with shorter time limits, for tests."""

from local_aws.sagemaker.hosting import model_server
from local_aws.sagemaker.training import training_run
from local_aws.server import main

training_run.STOP_GRACE_SECONDS = 5.0
model_server.PING_LIMIT_SECONDS = 10.0

if __name__ == "__main__":
    main()
