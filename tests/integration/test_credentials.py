"""The password of a wallbox: strong, easy to copy, and kept as a hash only."""

import pytest

from custom_components.evse_ocpp.credentials import (
    ALPHABET,
    PASSWORD_LENGTH,
    as_authorization_key,
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


def test_authorization_key_is_accepted_as_it_was_written_and_decoded() -> None:
    """OCPP 1.6 security white paper: AuthorizationKey is hex; some wallboxes send the digits."""
    password = new_password()
    hashed = hash_password(password)
    written = as_authorization_key(password)
    assert len(written) == 40
    assert matches(written, hashed)
    assert matches(bytes.fromhex(written).decode(), hashed)


@pytest.mark.parametrize("wrong", ["z" * 40, "ff" * 20, "0" * 40])
def test_forty_other_characters_do_not_match(wrong: str) -> None:
    assert not matches(wrong, hash_password(new_password()))
