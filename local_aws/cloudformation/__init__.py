"""CloudFormation: stack operations, what a template may contain, and S3 buckets."""
