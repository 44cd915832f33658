"""Codes by which wallboxes are paired, as people type them.

Promised: a key or a CodeError that tells nothing of the code; one wrong character, or two that
changed places, are never taken for another key.
"""

from evse.sharing.pairing import CodeError, code_of, key_of
from evse.sharing.seal import KEY_BYTES
from scripts.trials.fuzzing import Stream, Target, promise, trial


def entry(data: bytes) -> None:
    """A byte: a text, or a key and what became of its code."""
    stream = Stream(data)
    if stream.byte() & 1:
        mistyped(stream)
        return
    text = stream.rest().decode("utf-8", "replace")
    try:
        key = key_of(text)
    except CodeError as error:
        promise(len(str(error)) < 200, "a refusal without end")
        return
    promise(key_of(code_of(key)) == key, "another key after its code")


def mistyped(stream: Stream) -> None:
    """The code of a key, with one character replaced or two exchanged."""
    key = stream.take(KEY_BYTES)
    code = list(code_of(key).replace("-", ""))
    promise(key_of("".join(code).lower()) == key, "another key from its code in small letters")
    at, by = stream.byte() % len(code), stream.byte()
    before = list(code)
    if by & 0x80:
        other = by % len(code)
        code[at], code[other] = code[other], code[at]
    else:
        code[at] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[by & 31]
    if code == before:
        return
    try:
        key_of("".join(code))
    except CodeError as error:
        promise("".join(before) not in str(error), "the refusal tells the code")
        return
    promise(False, f"{''.join(code)} is taken instead of {''.join(before)}")


TARGET = Target(
    entry,
    seeds=[
        b"\0" + code_of(bytes(range(16))).encode(),
        b"\1" + bytes(range(16)) + b"\3\x05",
        b"\1" + bytes(16) + b"\3\x85",
    ],
    words=[b"-", b"O", b"I", "ſ".encode(), "İ".encode()],
    longest=80,
)

run = trial(__name__)
