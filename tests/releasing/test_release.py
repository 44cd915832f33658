"""The files of a release: the same bytes whoever makes them, and what is not as signed is found."""

import io
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from scripts.releasing import release
from scripts.releasing.release import (
    SIGNATURE,
    SUMS,
    ReleaseError,
    different,
    levelled,
    verify,
    zipped,
)

EPOCH_S = 1_790_000_000


def tree(folder: Path, order: str) -> Path:
    for name in order:
        (folder / "sub").mkdir(parents=True, exist_ok=True)
        (folder / "sub" / name).write_text(name)
    return folder


def test_a_zip_has_the_same_bytes_whenever_and_in_whatever_order_it_is_made(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "1", "abc"), tree(tmp_path / "2", "cab")
    os.utime(second / "sub" / "a", (0, 0))
    (second / "sub" / "b").chmod(0o600)
    for source in (first, second):
        zipped(source, source.with_suffix(".zip"), EPOCH_S)
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["sub/a", "sub/b", "sub/c"]


def test_a_source_distribution_loses_what_is_of_the_machine_that_made_it() -> None:
    def packed(mtime: int, user: str, names: str) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name in names:
                member = tarfile.TarInfo(name)
                member.mtime, member.uname, member.uid, member.size = mtime, user, mtime % 7, 1
                archive.addfile(member, io.BytesIO(b"x"))
        return out.getvalue()

    ours, theirs = packed(1, "anna", "ab"), packed(2, "ben", "ba")
    assert levelled(ours, EPOCH_S) == levelled(theirs, EPOCH_S)
    with tarfile.open(fileobj=io.BytesIO(levelled(ours, EPOCH_S))) as archive:
        assert [(each.name, each.mtime, each.uname) for each in archive] == [
            ("a", EPOCH_S, ""),
            ("b", EPOCH_S, ""),
        ]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key, and the file of the signers who are allowed."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen on the PATH")
    folder = tmp_path_factory.mktemp("keys")
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = folder / "signers"
    signers.write_text(f"{release.SIGNER} {key.with_suffix('.pub').read_text()}")
    return key, signers


@pytest.fixture
def signed(tmp_path: Path, keys: tuple[Path, Path]) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    for name in ("evse_ocpp.zip", "evse_firmware-0.1.0-py3-none-any.whl"):
        (folder / name).write_text(name)
    release._write_sums(folder)
    release._sign(folder, keys[0])
    return folder


def test_what_is_as_it_was_signed_is_verified(signed: Path, keys: tuple[Path, Path]) -> None:
    assert verify(signed, keys[1]) == 2
    assert different(signed, signed) == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda at: (at / "evse_ocpp.zip").write_text("another"), "not as it was signed"),
        (lambda at: (at / "evse_ocpp.zip").unlink(), "evse_ocpp.zip is missing"),
        (lambda at: (at / "more.zip").write_text(""), "not signed: more.zip"),
        (lambda at: (at / SUMS).write_text((at / SUMS).read_text()[67:]), "does not hold"),
        (lambda at: (at / SIGNATURE).write_text("-"), "does not hold"),
        (lambda at: (at / SIGNATURE).unlink(), "is not signed"),
    ],
)
def test_what_is_not_as_it_was_signed_is_found(
    signed: Path, keys: tuple[Path, Path], spoil: object, why: str
) -> None:
    assert callable(spoil)
    spoil(signed)
    with pytest.raises(ReleaseError, match=why):
        verify(signed, keys[1])


def test_another_key_or_purpose_does_not_count(
    signed: Path, keys: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (signed / SIGNATURE).unlink()
    monkeypatch.setattr(release, "NAMESPACE", "file")
    release._sign(signed, keys[0])
    monkeypatch.undo()
    with pytest.raises(ReleaseError, match="does not hold"):
        verify(signed, keys[1])


def test_a_folder_with_something_in_it_takes_no_release(tmp_path: Path) -> None:
    (tmp_path / "left").touch()
    with pytest.raises(ReleaseError, match="is not empty"):
        release.build(tmp_path, "HEAD")


def test_two_folders_are_told_apart_file_by_file(tmp_path: Path) -> None:
    first, second = tree(tmp_path / "1", "ab") / "sub", tree(tmp_path / "2", "bc") / "sub"
    (second / "b").write_text("another")
    assert different(first, second) == ["a", "b", "c"]
