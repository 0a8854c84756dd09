"""CloudFormation: stack operations, checks of templates, and S3 buckets."""
