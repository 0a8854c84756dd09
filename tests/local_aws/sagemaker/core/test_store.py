import json

from local_aws.sagemaker.core.store import Store


def test_a_snapshot_is_json_and_restores_the_store() -> None:
    store = Store()
    assert store.snapshot() is None
    store.models["arn"] = {
        "ModelName": "m",
        "ModelArn": "arn",
        "PrimaryContainer": {"Image": "i"},
        "ExecutionRoleArn": "role",
        "CreationTime": 1.5,
    }
    store.tags["arn"] = {"a": "1"}
    restored = Store()
    restored.restore(json.loads(json.dumps(store.snapshot())))
    assert restored.snapshot() == store.snapshot()
