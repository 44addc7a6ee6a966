"""Where a packet too long is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clspd_docs.build.volumes import shares


@pytest.mark.parametrize(
    ("pages", "most", "expected"),
    [
        ([2, 2, 2], 0, [[2, 2, 2]]),
        ([2, 2, 2], 6, [[2, 2, 2]]),
        ([2, 2, 2], 5, [[2, 2], [2]]),
        ([9, 1, 1], 5, [[9], [1, 1]]),
        ([1, 9, 1], 5, [[1], [9], [1]]),
    ],
)
def test_a_volume_ends_before_the_piece_that_would_be_too_much(
    pages: list[int], most: int, expected: list[list[int]]
) -> None:
    assert [pages[share] for share in shares(pages, most)] == expected


@given(st.lists(st.integers(1, 40), min_size=1), st.integers(1, 60))
def test_every_piece_is_in_one_volume_in_order_and_none_is_too_long(pages: list[int], most: int) -> None:
    found = [pages[share] for share in shares(pages, most)]
    assert [count for volume in found for count in volume] == pages
    assert all(volume and (sum(volume) <= most or len(volume) == 1) for volume in found)
