import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.recordio import MAGIC, first_width
from data_prep import recordio


def written(counts: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    recordio.write(file, counts, **options)
    return file.getvalue()


def framed(payload: bytes) -> bytes:
    return struct.pack("<II", MAGIC, len(payload)) + payload


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    words=st.integers(1, 400),
    # SageMaker wants a shape with keys, and so does the writer.
    options=st.sampled_from([("dense", True), ("dense", False), ("sparse", True)]),
    dtype=st.sampled_from([np.float32, np.float64, np.int32]),
)
def test_the_width_is_the_shape_or_for_dense_records_the_number_of_values(
    words: int, options: tuple[str, bool], dtype: Any
) -> None:
    layout, shape = options
    counts = np.arange(words, dtype=dtype)[None, :]
    assert first_width(written(counts, layout=layout, shape=shape)) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sdk-dense-float32", 25),
        ("sdk-dense-float64", 25),
        ("sdk-dense-int64", 25),
        ("sdk-dense-labels", 25),
        ("notebook-dense", 25),
        ("sdk-sparse", 40000),
        ("mxnet-sparse-magic-in-keys", None),
    ],
)
def test_the_records_of_every_writer_have_a_width(golden: Path, name: str, words: int | None) -> None:
    assert first_width((golden / f"{name}.pbr").read_bytes()) == words


def message(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([number << 3 | 2, len(content)]) + content for number, content in fields)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (message((1, b"0000"), (2, b"\x03")), None),
        (message((1, b"")), None),
        (message((1, b"0000"), (2, b"\x03"), (3, b"\xac\x02")), 300),
        (message((1, b"00000000")) + b"\x0d0000", 3),
        (message((1, b"0000")) + b"\x18\x07", 7),
    ],
    ids=["keys without a shape", "no words", "keys and a shape", "values partly unpacked", "unpacked shape"],
)
def test_a_record_without_shape_and_with_keys_or_no_values_has_no_width(
    tensor: bytes, words: int | None
) -> None:
    record = message((1, message((1, b"values"), (2, message((2, tensor))))))
    assert first_width(framed(record)) == words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.binary(max_size=60).map(framed))
def test_other_bytes_have_no_width_and_raise_no_error(data: bytes) -> None:
    found = first_width(data)
    assert found is None or isinstance(found, int)


def test_a_record_cut_short_has_no_width() -> None:
    whole = written(np.ones((1, 50))).rstrip(b"\0")
    assert [first_width(whole[:length]) for length in range(len(whole))] == [None] * len(whole)
