"""The password of a wallbox: strong, easy to copy, and kept as a hash only."""

import pytest

from custom_components.evse_ocpp.credentials import (
    ALPHABET,
    PASSWORD_LENGTH,
    hash_password,
    matches,
    new_password,
)


def test_password_has_a_hundred_bits_and_no_lookalikes() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32  # 5 bits each
    assert PASSWORD_LENGTH * 5 == 100
    assert not set(ALPHABET) & set("0oO1lI")
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(each) == PASSWORD_LENGTH and set(each) <= set(ALPHABET) for each in made)


def test_hash_is_salted() -> None:
    assert hash_password("secret") != hash_password("secret")
    assert "secret" not in hash_password("secret")


@pytest.mark.parametrize("wrong", ["", "Secret", "secret ", "geheim", "s" * 10_000])
def test_only_the_password_matches(wrong: str) -> None:
    hashed = hash_password("secret")
    assert matches("secret", hashed)
    assert not matches(wrong, hashed)
