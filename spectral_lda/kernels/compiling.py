"""How the loops are compiled, and the types of their arguments."""

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
_ALLOWED = {"reassoc", "contract", "nsz", "arcp"}


def exact(loop: Loop) -> Loop:
    """Compile a loop; its machine code is kept beside the source, or in NUMBA_CACHE_DIR."""
    return cast("Loop", numba.njit(nogil=True, cache=True)(loop))


def fast(loop: Loop) -> Loop:
    """Compile a loop whose sums vector instructions may take in any order; NaN keeps its meaning.

    A loop that sums must write to no array: where it does, the compiler looks at run time whether the arrays
    lie too near to each other for vectors, and the order of the sum would depend on their addresses.
    """
    return cast("Loop", numba.njit(nogil=True, cache=True, fastmath=_ALLOWED)(loop))


def fast_inside(loop: Loop) -> Loop:
    """Compile a loop as `fast` does, into whichever calls it.

    Called as a function of its own, it would be optimised together with its caller when both are compiled,
    but not when they come from the cache: the same numbers would have other bits.
    """
    return cast("Loop", numba.njit(nogil=True, fastmath=_ALLOWED, forceinline=True)(loop))
