"""Infrastructure only: with app.py the one place that imports aws_cdk."""
