"""The server, less patient than for people."""

from local_aws.sagemaker import model_server, training
from local_aws.server import main

training.STOP_GRACE_SECONDS = 5.0
model_server.PING_LIMIT_SECONDS = 10.0

if __name__ == "__main__":
    main()
