"""Telephone numbers and addresses as people type them."""

import pytest

from thidua.organisation.contact import contact_of
from thidua.organisation.fields import UnfitError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0912 345 678", "0912345678"),
        ("+84 912.345.678", "0912345678"),
        ("+84 (0)912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0213 387 6543", "02133876543"),
        ("0213-3876\N{EN DASH}543", "02133876543"),
        ("lan@tinhdoan.vn", "lan@tinhdoan.vn"),
        ("   ", None),
    ],
)
def test_one_number_has_one_form_however_it_was_typed(typed: str, kept: str | None) -> None:
    assert contact_of(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code", "count"),
    [
        ("0912 34", "phone_too_short", 4),
        ("0213 387 65", "phone_too_short", 2),
        ("0912 345 6789", "phone_too_long", 1),
        ("912345678", "phone_without_zero", None),
        ("gọi bố", "not_a_contact", None),
        ("lan@", "not_a_mail_address", None),
    ],
)
def test_a_number_that_is_none_says_what_is_missing(typed: str, code: str, count: int | None) -> None:
    with pytest.raises(UnfitError) as refused:
        contact_of(typed)

    assert (refused.value.code, refused.value.facts.get("count")) == (code, count)
