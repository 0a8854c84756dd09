"""Status notifications, received by a queue."""

import json
import time
from typing import Any


class NotificationQueue:
    """A queue that is subscribed to an SNS topic."""

    def __init__(self, queues: Any, topics: Any, topic: str) -> None:
        self._queues = queues
        self._url = queues.create_queue(QueueName=f"notifications-{time.monotonic_ns()}")["QueueUrl"]
        attributes = queues.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        queues.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def messages(self) -> list[str]:
        """Receive and delete the messages that arrived since the last call."""
        response = self._queues.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=2)
        received = response.get("Messages", [])
        for message in received:
            self._queues.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [str(json.loads(message["Body"])["Message"]) for message in received]
