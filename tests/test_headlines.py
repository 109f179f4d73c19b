"""Headlines cannot lie: a bad input of a template is refused, or leaves an error where a number was."""

from __future__ import annotations

from itertools import islice

from tests.campaigns.headlines import sweep


def test_no_headline_of_a_review_becomes_another_number() -> None:
    tried = list(islice(sweep("coupon_compare"), 20))  # the campaign of this name has them all
    assert len(tried) == 20
    assert [(name, bad, shown) for name, bad, _, shown in tried if shown] == []
