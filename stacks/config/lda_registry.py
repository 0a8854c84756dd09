"""The regions that offer SageMaker's built-in LDA, and the accounts that own its image there."""

from typing import Final

# AWS documentation, "Docker registry paths and example code", one page per region, row LDA: the account that
# owns the ECR repository of this algorithm. Other built-in algorithms have other accounts.
LDA_ACCOUNTS: Final = {
    "ap-northeast-1": "258307448986",
    "ap-northeast-2": "293181348795",
    "ap-south-1": "991648021394",
    "ap-southeast-1": "475088953585",
    "ap-southeast-2": "297031611018",
    "ca-central-1": "469771592824",
    "eu-central-1": "353608530281",
    "eu-west-1": "999678624901",
    "eu-west-2": "644912444149",
    "us-east-1": "766337827248",
    "us-east-2": "999911452149",
    "us-gov-west-1": "226302683700",
    "us-iso-east-1": "490574956308",
    "us-isob-east-1": "765400339828",
    "us-west-1": "632365934929",
    "us-west-2": "266724342769",
}
