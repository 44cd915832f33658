"""The key of a device: long enough, readable, and mistyping is found."""

import logging
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.web.device_key import FILE, LENGTH, DeviceKey, DeviceKeyError, new_key, read_key
from tests.firmware.core.bench import DETERMINISTIC

KEY = "53ZDP-2WSDG-NRVR5-M0FRC"
CHARACTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_a_key_is_four_groups_of_five_and_never_the_same() -> None:
    keys = {new_key() for _ in range(200)}
    assert len(keys) == 200
    for key in keys:
        groups = key.split("-")
        assert [len(group) for group in groups] == [5, 5, 5, 5]
        assert set("".join(groups)) <= set(CHARACTERS)
        assert read_key(key) == key


def test_what_people_make_of_it_is_understood() -> None:
    typed = KEY.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_key(typed) == KEY


@DETERMINISTIC
@given(st.integers(0, LENGTH - 1), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_found(place: int, character: str) -> None:
    plain = KEY.replace("-", "")
    wrong = plain[:place] + character + plain[place + 1 :]
    if wrong == plain:
        assert read_key(wrong) == KEY
    else:
        with pytest.raises(DeviceKeyError, match="mistyped"):
            read_key(wrong)


@pytest.mark.parametrize(
    ("typed", "match"),
    [
        ("", "came 0 characters"),
        (KEY[:-1], "came 19 characters"),
        (KEY[:-1] + "U", r"character 20 \(group 4\)"),
        (KEY + "0", "came 21 characters"),
        ("ü" * 20, r"character 1 \(group 1\)"),
    ],
)
def test_what_is_no_key_is_told_without_showing_it(typed: str, match: str) -> None:
    with pytest.raises(DeviceKeyError, match=match) as error:
        read_key(typed)
    assert KEY[:5] not in str(error.value)


def test_it_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    key = DeviceKey.load(tmp_path)
    assert DeviceKey.load(tmp_path).text == key.text
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert key.matches(key.text.lower())
    assert not key.matches(new_key())
    assert not key.matches_text("no key at all")


@pytest.mark.parametrize("damaged", [b"", b"\xff\xfe", f"{KEY[:-1]}U\n".encode()])
def test_a_damaged_file_makes_a_new_key_and_says_so(
    damaged: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    with caplog.at_level(logging.ERROR):
        key = DeviceKey.load(tmp_path)
    assert "new label" in caplog.text
    assert (tmp_path / f"{FILE}.damaged").read_bytes() == damaged
    assert DeviceKey.load(tmp_path).text == key.text
