"""The decorators that compile the loops, and the types of their arguments."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Pointers = NDArray[np.int64]
Words = NDArray[np.int32]
Doubles = NDArray[np.float64]
Singles = NDArray[np.float32]
Floats = Doubles | Singles
Flags = NDArray[np.bool_]

Loop = TypeVar("Loop", bound=Callable[..., Any])
_FASTMATH = {"reassoc", "contract", "nsz", "arcp"}


def jit(loop: Loop) -> Loop:
    """Compile a loop; the machine code is cached next to the source, or in NUMBA_CACHE_DIR."""
    return cast("Loop", numba.njit(nogil=True, cache=True)(loop))


def jit_fastmath(loop: Loop) -> Loop:
    """Compile a loop whose sums vector instructions may compute in any order; NaN keeps its meaning.

    A loop that sums must not write to an array: otherwise the compiler checks at run time whether the arrays
    are too close to each other for vector instructions, and the order of the sum depends on their addresses.
    """
    return cast("Loop", numba.njit(nogil=True, cache=True, fastmath=_FASTMATH)(loop))


def inline_fastmath(loop: Loop) -> Loop:
    """Compile a loop as `jit_fastmath` does, inlined into its callers.

    A separate function would be optimised together with its caller when both are compiled, but not when they
    come from the cache: the same numbers would have different bits.
    """
    return cast("Loop", numba.njit(nogil=True, fastmath=_FASTMATH, forceinline=True)(loop))
