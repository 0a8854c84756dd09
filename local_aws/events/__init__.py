"""EventBridge targets, SNS topics, CloudWatch alarms and logs, and Lambda functions."""
