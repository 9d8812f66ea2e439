"""Passwords: kept as Argon2id, refused when they would be guessed first."""

import pytest

from thidua.accounts.passwords import faults, hashed, is_right, made_up


async def test_a_password_is_kept_as_argon2id_and_recognised() -> None:
    kept = await hashed("cau-vong-sau-mua")

    assert kept.startswith("$argon2id$")
    assert "cau-vong" not in kept
    assert await is_right("cau-vong-sau-mua", kept)
    assert not await is_right("cau-vong-sau-mu", kept)


async def test_letters_typed_in_pieces_are_the_same_password() -> None:
    kept = await hashed("cầu vồng bảy sắc")

    assert await is_right("cầu vồng bảy sắc", kept)


async def test_without_an_account_no_password_is_right() -> None:
    assert not await is_right("cau-vong-sau-mua", None)


@pytest.mark.parametrize(
    "password",
    ["", "short", "1234567890", "aaaaaaaaaaaaa", "matkhau123", "password12", "lovanpao2026", "x" * 201],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert faults(password, login="lovanpao2026") != []


def test_what_we_make_up_may_be_taken_and_never_repeats() -> None:
    made = {made_up() for _ in range(200)}

    assert len(made) == 200
    assert all(faults(one, login="pao") == [] for one in made)
