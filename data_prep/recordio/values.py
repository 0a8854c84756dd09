"""Values on their way to float32: what can't be a count is refused, never changed in silence."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.errors import RecordIOError

_EXACT = 2**24  # every whole number up to here is a float32
_EXACT_BITS = int(np.float32(_EXACT).view(np.uint32))


def to_float32(values: NDArray[Any], where: Callable[[int], str]) -> NDArray[np.float32]:
    """Cast counts to float32.

    Parameters
    ----------
    values : array
        Any shape, any numeric dtype in any byte order.
    where : function
        Names the place of a flat position in `values` for an error message.

    Raises
    ------
    RecordIOError
        For NaN, infinity, a negative value, or one beyond 2^24 that float32 would change.
    """
    if values.dtype.kind not in "biuf":
        raise RecordIOError(f"{values.dtype} values can't be counts; numbers are needed.")
    if not _plainly_counts(values):
        _refuse_first_bad(values.ravel(), where)
    return np.ascontiguousarray(values, np.float32)


def _plainly_counts(values: NDArray[Any]) -> bool:
    if values.size == 0 or values.dtype.kind == "b":
        return True
    if values.dtype == np.float32 and values.flags.c_contiguous:
        # Without a sign, float32's bits order like the numbers, and NaN and infinity lie above all others.
        return int(values.view(np.uint32).max()) <= _EXACT_BITS
    return bool(values.min() >= 0 and float(values.max()) <= _EXACT)


def _refuse_first_bad(values: NDArray[Any], where: Callable[[int], str]) -> None:
    for bad, fault in (
        (np.isnan(values), "NaN is not a count"),
        (np.isinf(values), "an infinite value is not a count"),
        (values < 0, "a count can't be negative"),
        (_changed_by_float32(values), f"above {_EXACT} not every number fits the format's float32"),
    ):
        if bad.any():
            position = int(bad.argmax())
            raise RecordIOError(f"{values[position]} at {where(position)}: {fault}.")


def _changed_by_float32(values: NDArray[Any]) -> Any:
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return (values.astype(np.float64) > _EXACT) & (values.astype(np.float32) != values)
    whole = values.astype(np.uint64)
    lowest_bit = whole & (~whole + np.uint64(1))
    odd_part = whole // np.maximum(lowest_bit, np.uint64(1))
    return odd_part > _EXACT
