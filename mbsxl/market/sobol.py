"""Sobol's points: numbers that fill a cube evenly, and their scrambling by a hash, the same on every machine.

Sources: I. Sobol, "On the Distribution of Points in a Cube and the Approximate Evaluation of Integrals" (1967), in the
order of Gray's code; B. Burley, "Practical Hash-based Owen Scrambling", Journal of Computer Graphics Techniques 9
(2020).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mbsxl.market.sobol_directions import DIRECTIONS

UintArray = npt.NDArray[np.uint32]

_BITS = 32
_DIGITS = 3  # of a direction number


def sobol_points(count: int, dimensions: int) -> UintArray:
    """Return Sobol's first points as binary fractions of 32 bits.

    Shapes: (count, dimensions); `count` is a power of 2, up to 4096, and there are 483 dimensions. Units: 2^-32.

    Source: S. Joe and F. Kuo, "Constructing Sobol Sequences with Better Two-Dimensional Projections", SIAM Journal on
    Scientific Computing 30 (2008).

    Examples
    --------
    >>> sobol_points(4, 3) / 2**32
    array([[0.  , 0.  , 0.  ],
           [0.5 , 0.5 , 0.5 ],
           [0.75, 0.25, 0.25],
           [0.25, 0.75, 0.75]])
    """
    words = DIRECTIONS.split()[:dimensions]
    points = np.zeros((1, dimensions), np.uint32)
    for bit in range(count.bit_length() - 1):  # in Gray's code the second half is the first one backwards, a bit set
        digits = slice(_DIGITS * bit, _DIGITS * (bit + 1))
        direction = np.array([int(word[digits], 16) << (_BITS - 1 - bit) for word in words], np.uint32)
        points = np.concatenate([points, points[::-1] ^ direction])
    return points


def scrambled_points(count: int, dimensions: int, scramble: int) -> UintArray:
    """Return Sobol's points scrambled, differently for every `scramble`.

    Shapes: (count, dimensions). Units: 2^-32.
    """
    stream: Any = np.random.RandomState(scramble)  # the one that numpy keeps as it is
    seeds = stream.randint(0, 2**_BITS, dimensions, np.uint32)
    return owen_scramble(sobol_points(count, dimensions), seeds)


def owen_scramble(points: UintArray, seeds: UintArray) -> UintArray:
    """Return points scrambled as Owen's nested permutations do: each bit flipped or not by a hash of those above it."""
    x = _reversed_bits(points) + seeds
    for odd in (0x6C50B47C, 0xB82F1E52, 0xC7AFE638, 0x8D22F6E6):
        x ^= x * np.uint32(odd)
    return _reversed_bits(x)


def _reversed_bits(x: UintArray) -> UintArray:
    for shift, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F)):
        by, kept = np.uint32(shift), np.uint32(mask)
        x = ((x >> by) & kept) | ((x & kept) << by)
    return x.byteswap()
