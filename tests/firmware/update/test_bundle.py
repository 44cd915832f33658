"""Bundles: what is believed of a file, and what is not (issue 6, "Bad input")."""

import json
import shutil
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evse.update import bundle as bundles
from evse.update.bundle import MANIFEST, MAX_BUNDLE_BYTES, SIGNATURE, extract, read, resign
from evse.update.codes import Code, Mismatch, TooLarge
from evse.update.manifest import Manifest
from evse.update.trust import TrustedKeys, sign
from evse.update.versions import Version
from tests.firmware.core.bench import DETERMINISTIC
from tests.firmware.update.bundles import Maker

HERE = ((3, 11), "x86_64")


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker.new(tmp_path_factory.mktemp("maker"))


@pytest.fixture
def file(maker: Maker, tmp_path: Path) -> Path:
    return shutil.copy(maker.small(), tmp_path / "copy.evse")


Entries = list[tuple[zipfile.ZipInfo, bytes]]


def rewrite(file: Path, change: Callable[[Entries], None]) -> None:
    """The same zip with other entries."""
    with zipfile.ZipFile(file) as source:
        entries = [(entry, source.read(entry)) for entry in source.infolist()]
    change(entries)
    with zipfile.ZipFile(file, "w") as out:
        for entry, content in entries:
            out.writestr(entry, content, compress_type=entry.compress_type)


def signed_anew(maker: Maker, file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """A manifest with another content, signed by the right key."""

    def edit(entries: Entries) -> None:
        document = json.loads(entries[0][1])
        change(document)
        content = json.dumps(document).encode()
        entries[0] = (entries[0][0], content)
        entries[1] = (entries[1][0], sign(content, maker.key))

    rewrite(file, edit)


def test_a_bundle_is_what_its_maker_put_in(maker: Maker, file: Path, tmp_path: Path) -> None:
    bundle = read(file, maker.keys)
    assert bundle.manifest.version == "9.9.0"
    written = extract(bundle, tmp_path / "wheels")
    assert [each.name for each in written] == [each.name for each in bundle.manifest.wheels]
    assert [each.stat().st_size for each in written] == [
        each.size for each in bundle.manifest.wheels
    ]


def test_the_same_content_gives_the_same_bytes(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    twice = [Maker(tmp_path / name, maker.key) for name in ("one", "two")]
    for each in twice:
        each.folder.mkdir()
    one, two = (each.small().read_bytes() for each in twice)
    assert one == two


def test_a_wallbox_without_keys_refuses_with_a_clear_word(file: Path) -> None:
    with pytest.raises(Mismatch, match="trusts nobody's signature yet: put the public key"):
        read(file, TrustedKeys({}))


def test_an_unknown_key_is_named(file: Path, tmp_path: Path) -> None:
    other = Maker.new(tmp_path / "other")
    with pytest.raises(Mismatch, match=r"signed by the key [0-9a-f]{16}, which this wallbox does"):
        read(file, other.keys)


def test_signed_again_by_another(file: Path, tmp_path: Path) -> None:
    other = Maker.new(tmp_path / "other")
    resign(file, tmp_path / "again.evse", other.key)
    assert read(tmp_path / "again.evse", other.keys).manifest.version == "9.9.0"


def swap_manifest(entries: Entries) -> None:
    entries[0] = (entries[0][0], entries[0][1].replace(b"9.9.0", b"9.9.1"))


def swap_wheel(entries: Entries) -> None:
    entries[2] = (entries[2][0], entries[2][1][:-1] + b"x")


def drop_wheel(entries: Entries) -> None:
    del entries[2]


def drop_signature(entries: Entries) -> None:
    del entries[1]


def extra(name: str, content: bytes = b"x", mode: int = stat.S_IFREG | 0o644) -> Any:
    def add(entries: Entries) -> None:
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        entry.external_attr = mode << 16
        entries.append((entry, content))

    return add


def twice(entries: Entries) -> None:
    entries.append(entries[2])


def bomb(entries: Entries) -> None:
    entry = zipfile.ZipInfo("wheels/bomb-1-py3-none-any.whl")
    entry.compress_type = zipfile.ZIP_DEFLATED
    entries.append((entry, bytes(10_000_000)))


def garbled_signature(entries: Entries) -> None:
    entries[1] = (entries[1][0], b"{}")


def large_manifest(entries: Entries) -> None:
    entries[0] = (entries[0][0], entries[0][1] + b" " * bundles.MAX_MANIFEST_BYTES)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (swap_manifest, "signature does not hold"),
        (swap_wheel, "is not the file that was signed"),
        (drop_wheel, "do not agree"),
        (drop_signature, "manifest.sig is missing"),
        (garbled_signature, "manifest.sig cannot be read"),
        (large_manifest, "manifest.json: allowed are"),
        (extra("wheels/more-1.0-py3-none-any.whl"), "do not agree"),
        (extra("../../etc/passwd"), r"has an entry '\.\./\.\./etc/passwd', allowed are"),
        (extra("/etc/cron.d/x"), "has an entry '/etc/cron.d/x'"),
        (extra("wheels/../x.whl"), "has an entry"),
        (extra("wheels/a/b.whl"), "has an entry"),
        (extra("wheels/"), "has an entry"),
        (extra("wheels/link.whl", b"/etc/shadow", stat.S_IFLNK | 0o777), "not a link"),
        (twice, "two entries of the same name"),
        (bomb, "a stored entry, not a packed one"),
    ],
)
def test_what_is_not_as_it_was_signed_is_refused(
    maker: Maker, file: Path, change: Any, words: str
) -> None:
    rewrite(file, change)
    with pytest.raises(Mismatch, match=words) as caught:
        read(file, maker.keys)
    assert caught.value.code is Code.MISMATCH


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("product", "somebody-elses", "product: came 'somebody-elses', allowed evse-firmware"),
        ("format", 2, "format: came 2, allowed 1"),
        ("version", "new", "version: came 'new', allowed a version"),
        ("version", 3, "version: came 3, allowed a text"),
        ("updates_from", "x", "version: came 'x'"),
        ("requires_python", "~3", "requires_python: came"),
        ("machine", "a b", "machine: came"),
        ("created", "yesterday", "Invalid isoformat"),
        ("trial_s", 5, "trial_s: came 5, allowed 10 … 900 s"),
        ("trial_s", True, "trial_s: came True"),
        ("wheels", [], "wheels: came 'list', allowed a list of 1"),
        ("wheels", {"a": 1}, "wheels: came 'dict'"),
        ("wheels", [{"name": "x.whl"}], "rows with name, size and sha256"),
        ("wheels", [{"name": "../x.whl", "size": 1, "sha256": "0" * 64}], "name: came"),
        ("wheels", [{"name": "x.whl", "size": -1, "sha256": "0" * 64}], "size: came -1"),
        ("wheels", [{"name": "x.whl", "size": 1, "sha256": "0" * 63}], "sha256: came"),
        (
            "wheels",
            [{"name": n, "size": 1, "sha256": "0" * 64} for n in ("x.whl", "X.whl")],
            "once",
        ),
        ("hooks", ["rm"], "fields: came"),
    ],
)
def test_a_manifest_that_cannot_be_though_it_is_signed(
    maker: Maker, file: Path, field: str, value: object, words: str
) -> None:
    signed_anew(maker, file, lambda document: document.__setitem__(field, value))
    with pytest.raises(Mismatch, match=words):
        read(file, maker.keys)


@pytest.mark.parametrize(
    ("changes", "running", "words"),
    [
        ({}, "9.9.1", "the older version 9.9.0, 9.9.1 runs: only a roll-back"),
        ({"updates_from": "9.0.0"}, "8.0.0", "follows 9.0.0 or later, 8.0.0 runs"),
        ({"requires_python": ">=3.12"}, "1.0.0", "needs Python >=3.12, this wallbox has 3.11"),
        ({"machine": "aarch64"}, "1.0.0", "is for aarch64, this computer is x86_64"),
    ],
)
def test_what_may_not_follow(
    maker: Maker, file: Path, changes: dict[str, str], running: str, words: str
) -> None:
    manifest = replace(read(file, maker.keys).manifest, **changes)
    with pytest.raises(Mismatch, match=words):
        manifest.fits(Version(running), *HERE)


@pytest.mark.parametrize("running", ["9.9.0", "9.9.0rc1", "0.0.1"])
def test_what_may_follow(maker: Maker, file: Path, running: str) -> None:
    """The same version may be installed again: it mends a slot."""
    read(file, maker.keys).manifest.fits(Version(running), *HERE)


def test_a_file_larger_than_any_bundle(tmp_path: Path, maker: Maker) -> None:
    """2 GB, without reading them."""
    large = tmp_path / "large.evse"
    with large.open("wb") as out:
        out.truncate(2_000_000_000)
    with pytest.raises(TooLarge, match=f"allowed are {MAX_BUNDLE_BYTES} bytes"):
        read(large, maker.keys)


def test_a_table_of_contents_that_would_fill_the_memory(file: Path, maker: Maker) -> None:
    """The end of a zip says how long its list is; it is believed only up to a bound."""
    content = bytearray(file.read_bytes())
    struct.pack_into("<2H", content, len(content) - 14, 60_000, 60_000)
    file.write_bytes(content)
    with pytest.raises(Mismatch, match="60000 entries"):
        read(file, maker.keys)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all" * 10, bytes(100)])
def test_no_zip(tmp_path: Path, maker: Maker, content: bytes) -> None:
    file = tmp_path / "x.evse"
    file.write_bytes(content)
    with pytest.raises(Mismatch, match="not a bundle"):
        read(file, maker.keys)


@DETERMINISTIC
@given(data=st.data())
def test_any_byte_that_is_changed_or_missing_is_found(
    data: st.DataObject, maker: Maker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever happens to a file on its way, it is refused or its content is the signed one."""
    whole = maker.small().read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1), label="at")
    broken = data.draw(
        st.sampled_from(
            [whole[:at], whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :], whole[at:]]
        ),
        label="broken",
    )
    file = tmp_path_factory.mktemp("broken") / "x.evse"
    file.write_bytes(broken)
    try:
        bundle = read(file, maker.keys)
    except Mismatch:
        return
    assert bundle.manifest == read(maker.small(), maker.keys).manifest


def test_what_a_file_claims_needs_no_key(file: Path) -> None:
    assert isinstance(bundles.claimed(file), Manifest)
    assert bundles.claimed(file).version == "9.9.0"


def test_the_names_of_the_entries(file: Path) -> None:
    with zipfile.ZipFile(file) as content:
        assert content.namelist()[:2] == [MANIFEST, SIGNATURE]
        assert all(each.compress_type == zipfile.ZIP_STORED for each in content.infolist())
