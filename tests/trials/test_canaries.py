"""A secret is found however it is spelt, cut or packed; and what is none of it is not."""

import base64
import gzip
import html
import io
import json
import tarfile
import urllib.parse
import zipfile

import pytest

from scripts.trials.canaries import Canary, search

VALUE = 'Kq3Vx0Z9 aB7/cD+1&"é'
CANARY = Canary("a password", VALUE)


@pytest.mark.parametrize(
    "text",
    [
        VALUE,
        json.dumps({"password": VALUE}),
        json.dumps([VALUE], ensure_ascii=False),
        repr({"password": VALUE}),
        repr(VALUE.encode()),
        f"http://me:{urllib.parse.quote(VALUE, safe='')}@host/",
        urllib.parse.urlencode({"password": VALUE}),
        f"<b>{html.escape(VALUE)}</b>",
        VALUE.encode().hex(),
        VALUE.encode().hex().upper(),
        f"cut: {VALUE[:11]}…",
    ],
)
def test_it_is_found_however_it_is_spelt(text: str) -> None:
    assert [leak.canary for leak in search("log", text.encode(), [CANARY])] == ["a password"]


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "a", "ab", "garage:", "box-12:"])
@pytest.mark.parametrize("behind", ["", "x", "yz"])
def test_it_is_found_in_base64_whatever_stands_around_it(
    encode: object, before: str, behind: str
) -> None:
    assert callable(encode)
    data = b"Authorization: Basic " + encode(f"{before}{VALUE}{behind}".encode())
    assert search("log", data, [CANARY])


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.txt", data)
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("status.json")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize(
    ("packed", "place"),
    [
        (gzip.compress(VALUE.encode()), "file › unpacked"),
        (zipped(VALUE.encode()), "file › log.txt"),
        (gzip.compress(tarred(VALUE.encode())), "file › unpacked › status.json"),
        (zipped(gzip.compress(VALUE.encode())), "file › log.txt › unpacked"),
    ],
)
def test_it_is_found_in_archives(packed: bytes, place: str) -> None:
    assert place in [leak.place for leak in search("file", packed, [CANARY])]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        VALUE[:8].encode(),
        VALUE[3:].encode(),
        b"\x1f\x8b broken",
        b"PK\x03\x04 broken",
        gzip.compress(VALUE.encode())[:-9],
    ],
)
def test_what_is_none_of_it_is_not_found_and_broken_archives_do_no_harm(data: bytes) -> None:
    assert search("log", data, [CANARY]) == []


def test_a_short_secret_is_not_looked_for_by_its_half() -> None:
    assert search("log", b"at 12:34", [Canary("PIN", "123456")]) == []
    assert search("log", b"PIN 123456", [Canary("PIN", "123456")])
