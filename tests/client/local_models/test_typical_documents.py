from client.local_models.typical_documents import typical_documents

DOCUMENTS = [
    {"id": name, "first_line": name, "topic_mixture": [share, 1 - share]}
    for name, share in {"a": 0.5, "b": 0.9, "c": 0.1, "d": 0.9}.items()
]


def test_the_documents_with_the_largest_share_come_first_and_ties_in_their_order() -> None:
    found = typical_documents(DOCUMENTS, [0, 1], 2)
    assert {topic: [each["id"] for each in best] for topic, best in found.items()} == {
        0: ["b", "d"],
        1: ["c", "a"],
    }


def test_nothing_is_read_for_no_documents() -> None:
    assert typical_documents(iter([{}]), [0], 0) == {0: []}
