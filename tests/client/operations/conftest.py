"""An empty inventory, for the tests of inventories and leftovers."""

from client.operations.inventory import LIST_CALLS, LOG_STREAM_GROUPS, Inventory


def empty_inventory() -> Inventory:
    """An inventory with every kind and no resources."""
    kinds = {call.kind for call in LIST_CALLS} | set(LOG_STREAM_GROUPS) | {"KMS keys"}
    return {kind: [] for kind in sorted(kinds)}
