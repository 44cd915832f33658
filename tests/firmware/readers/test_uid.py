"""Numbers of cards: what they are, how they are written, what typed text means."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.readers.uid import (
    ByteOrder,
    Notation,
    Radix,
    UidError,
    forms,
    is_facility,
    is_random,
    is_uid,
    of_bytes,
    of_decimal,
)

BE, LE = ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN
HEX, DECIMAL = Radix.HEX, Radix.DECIMAL
NOTATIONS = [Notation(radix, order) for radix, order in itertools.product(Radix, ByteOrder)]

uids = st.sampled_from((4, 7, 10)).flatmap(
    lambda size: st.binary(min_size=size, max_size=size).map(of_bytes)
)


@pytest.mark.parametrize(
    ("notation", "text", "uid"),
    [
        # ETEK manual 5.3: the maker's card 230400418; 5.4: 7, 8 or 14 digits
        (Notation(HEX, BE), "230400418", "0DBBA1A2"),
        (Notation(HEX, BE), "0230400418", "0DBBA1A2"),
        (Notation(HEX, LE), "230400418", "A2A1BB0D"),
        (Notation(HEX, BE), "dbba1a2", "0DBBA1A2"),
        (Notation(HEX, BE), "0DBBA1A2", "0DBBA1A2"),
        (Notation(HEX, LE), "0DBBA1A2", "A2A1BB0D"),
        (Notation(HEX, BE), "1234567", "01234567"),
        (Notation(HEX, BE), "12345678", "12345678"),
        (Notation(HEX, BE), "04 a1:b2-c3.d4E580", "04A1B2C3D4E580"),
        (Notation(HEX, LE), "04A1B2C3D4E580", "80E5D4C3B2A104"),
        (Notation(HEX, BE), "01234567890123456789", "01234567890123456789"),
        (Notation(HEX, BE), "1302164838500736", "04A04FE0A34980"),
        # the order of the bytes, from one example
        (Notation(HEX, BE), "305419896", "12345678"),
        (Notation(HEX, LE), "2018915346", "12345678"),
        # decimal notation reads digits as a decimal number, whatever their count
        (Notation(DECIMAL, BE), "12345678", "00BC614E"),
        (Notation(DECIMAL, BE), "1", "00000001"),
        (Notation(DECIMAL, BE), "00001", "00000001"),
        (Notation(DECIMAL, BE), "1234567", "0012D687"),
        (Notation(DECIMAL, BE), "0DBBA1A2", "0DBBA1A2"),
        (Notation(DECIMAL, BE), "00000000001", "00000000000001"),
        (Notation(DECIMAL, BE), "01234567890123456789", "01234567890123456789"),
        (Notation(DECIMAL, LE), "2018915346", "12345678"),
    ],
)
def test_what_a_text_means(notation: Notation, text: str, uid: str) -> None:
    assert notation.uid(text) == uid
    assert notation.means(text, uid)
    assert not notation.means(text, "FFFFFFFF")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "123456",
        "9999999999",  # more than four bytes
        "99999999999999999",  # more than seven
        "ABC",
        "ABCDEFGH",
        "0DBBA1A2FF",
        "123456789012345678",
        "１２３４５６７８",
        "x" * 500,
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    notation = Notation()
    with pytest.raises(UidError, match=r"tag: came .*, allowed 8, 14 or 20 hex") as caught:
        notation.uid(text)
    assert len(str(caught.value)) < 250
    assert not notation.means(text, "0DBBA1A2")


@pytest.mark.parametrize(
    ("notation", "uid", "id_tag"),
    [
        (Notation(HEX, BE), "0DBBA1A2", "0DBBA1A2"),
        (Notation(HEX, LE), "0DBBA1A2", "A2A1BB0D"),
        (Notation(DECIMAL, BE), "0DBBA1A2", "230400418"),
        (Notation(DECIMAL, BE), "12345678", "305419896"),
        (Notation(DECIMAL, LE), "12345678", "2018915346"),
        (Notation(DECIMAL, BE), "00000001", "1"),
        (Notation(DECIMAL, BE), "04A04FE0A34980", "1302164838500736"),
        (Notation(DECIMAL, BE), "00000000000001", "00000000001"),
        (Notation(DECIMAL, BE), "FFFFFFFFFFFFFF", "72057594037927935"),
        (Notation(DECIMAL, BE), "FF" * 10, "FF" * 10),
        (Notation(DECIMAL, LE), "01" + "00" * 9, "00" * 9 + "01"),
        (Notation(DECIMAL, BE), "VISITOR", "VISITOR"),  # what is no UID stays
    ],
)
def test_the_id_tag(notation: Notation, uid: str, id_tag: str) -> None:
    assert notation.id_tag(uid) == id_tag


@given(uids)
def test_an_id_tag_fits_ocpp_and_means_its_uid_and_no_other(uid: str) -> None:
    assert is_uid(uid)
    for notation in NOTATIONS:
        id_tag = notation.id_tag(uid)
        assert 0 < len(id_tag) <= 20
        assert notation.uid(id_tag) == uid
        assert notation.uid(id_tag.lower()) == uid
        assert notation.means(id_tag, uid)


@given(uids, uids)
def test_no_two_uids_share_an_id_tag(one: str, other: str) -> None:
    for notation in NOTATIONS:
        assert (notation.id_tag(one) == notation.id_tag(other)) is (one == other)


@given(st.text(max_size=30))
def test_nothing_but_uid_error(text: str) -> None:
    for notation in NOTATIONS:
        try:
            assert is_uid(notation.uid(text))
        except UidError:
            assert not is_uid(text) or notation.radix is DECIMAL


@given(uids)
def test_every_form_means_the_uid_in_its_order(uid: str) -> None:
    for name, text in forms(uid).items():
        order = ByteOrder(name[-2:])
        radix = DECIMAL if name.startswith(DECIMAL) else HEX
        assert Notation(radix, order).means(text, uid), name


def test_every_form_of_a_card() -> None:
    assert forms("0DBBA1A2") == {
        "Hex BE": "0DBBA1A2",
        "Decimal BE": "230400418",
        "short BE": "DBBA1A2",
        "10 digits BE": "0230400418",
        "facility BE": "187,41378",
        "Hex LE": "A2A1BB0D",
        "Decimal LE": "2728508173",
        "10 digits LE": "2728508173",
        "facility LE": "161,47885",
    }
    assert set(forms("04A1B2C3D4E580")) == {"Hex BE", "Decimal BE", "Hex LE", "Decimal LE"}


def test_facility_and_number_are_three_of_the_four_bytes() -> None:
    notation = Notation()
    for uid in ("004E2D80", "7A4E2D80"):  # 0005123456 078,11648
        assert notation.means("078,11648", uid)
        assert notation.means(" 78 , 11648 ", uid)
    assert not notation.means("078,11649", "004E2D80")
    assert not notation.means("256,00000", "01000000")
    assert not notation.means("000,65536", "00010000")
    assert not notation.means("078,11648", "04A1B2004E2D80")
    assert is_facility("078,11648")
    assert not is_facility("07811648")
    with pytest.raises(UidError, match="three of the four bytes"):
        notation.uid("078,11648")


@pytest.mark.parametrize("size", [0, 1, 3, 5, 8, 11])
def test_no_card_has_so_many_bytes(size: int) -> None:
    with pytest.raises(UidError, match="allowed are the 4, 7 or 10 bytes"):
        of_bytes(bytes(size))


def test_a_random_number_is_known_by_its_first_byte() -> None:
    assert is_random("08123456")
    assert not is_random("18123456")
    assert not is_random("08A1B2C3D4E580")


@pytest.mark.parametrize(
    ("digits", "uid"),
    [
        ("0005123456", "004E2D80"),
        ("4294967295", "FFFFFFFF"),
        ("4294967296", None),
        ("1" * 11, None),
        ("7", "00000007"),
    ],
)
def test_what_a_keyboard_types(digits: str, uid: str | None) -> None:
    assert of_decimal(digits) == uid
