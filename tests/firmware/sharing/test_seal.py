"""The seal: only who has the key can write, and nothing may be changed on the way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.sharing.bus import MAX_MESSAGE_BYTES, Envelope, Kind
from evse.sharing.seal import NO_KEY, SEAL_BYTES, SealError, group_of, seal, unseal
from tests.firmware.core.bench import DETERMINISTIC

KEY = bytes(range(16))
OTHER = bytes(range(1, 17))
GRANT = Envelope(Kind.GRANT, 1, 7, b"sixteen amperes.")

messages = st.integers(1, MAX_MESSAGE_BYTES // 2).flatmap(
    lambda words: st.binary(min_size=2 * words, max_size=2 * words)
)


@DETERMINISTIC
@given(st.sampled_from(Kind), st.integers(1, 32), st.integers(1, 32), messages)
def test_what_was_sealed_is_opened(kind: Kind, sender: int, recipient: int, message: bytes) -> None:
    for key in (KEY, NO_KEY):
        sealed = seal(key, Envelope(kind, sender, recipient, message))
        assert len(sealed) == len(message) + SEAL_BYTES
        assert unseal(key, kind, sender, recipient, sealed).message == message


@DETERMINISTIC
@given(st.data())
def test_a_flipped_bit_is_seen(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, GRANT))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealError):
        unseal(KEY, GRANT.kind, GRANT.sender, GRANT.recipient, bytes(sealed))


@pytest.mark.parametrize(
    "told",
    [replace(GRANT, kind=Kind.REPORT), replace(GRANT, sender=2), replace(GRANT, recipient=8)],
)
def test_a_message_for_one_is_none_for_another(told: Envelope) -> None:
    with pytest.raises(SealError):
        unseal(KEY, told.kind, told.sender, told.recipient, seal(KEY, GRANT))


@pytest.mark.parametrize(("ours", "theirs"), [(KEY, OTHER), (KEY, NO_KEY), (NO_KEY, KEY)])
def test_another_key_is_none(ours: bytes, theirs: bytes) -> None:
    with pytest.raises(SealError, match="grant of unit 1"):
        unseal(ours, Kind.GRANT, 1, 7, seal(theirs, GRANT))
    assert group_of(ours) != group_of(theirs)


@pytest.mark.parametrize("size", [0, 1, SEAL_BYTES, SEAL_BYTES + 1, MAX_MESSAGE_BYTES + 10, 300])
def test_a_message_of_an_impossible_size_is_none(size: int) -> None:
    with pytest.raises(SealError):
        unseal(KEY, Kind.GRANT, 1, 7, bytes(size))


@pytest.mark.parametrize(
    ("sender", "recipient", "message", "field"),
    [
        (0, 1, b"ok", "sender"),
        (33, 1, b"ok", "sender"),
        (1, 0, b"ok", "recipient"),
        (1, 256, b"ok", "recipient"),
        (1, 2, b"", "message: came 0 bytes"),
        (1, 2, b"odd", "message: came 3 bytes"),
        (1, 2, bytes(50), "message: came 50 bytes, allowed an even number, 2 … 48"),
    ],
)
def test_an_envelope_names_what_is_wrong(
    sender: int, recipient: int, message: bytes, field: str
) -> None:
    with pytest.raises(ValueError, match=field):
        Envelope(Kind.GRANT, sender, recipient, message)
