"""`evse bundle` on the command line: from a key to a wallbox that starts from a slot."""

import argparse
import getpass
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from evse.update.building import fits
from evse.update.bundle_command import USAGE_STATUS, add_bundle
from tests.firmware.update.bundles import PIP_WHEELS, environment_wheel, program_wheel

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def bundle(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `evse bundle …`; its status and what it printed."""

    def run(*words: str | Path) -> tuple[int, str]:
        before = os.umask(0o022)
        os.umask(before)
        parser = argparse.ArgumentParser()
        add_bundle(parser.add_subparsers(), Path("/nowhere"))
        args = parser.parse_args(["bundle", *map(str, words)])
        try:
            status = args.run(args)
        finally:
            os.umask(before)
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


@pytest.fixture
def wheels(tmp_path: Path, pip: None) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    program_wheel(folder, "2.0.0")
    environment_wheel(folder)
    shutil.copy(PIP_WHEELS[0], folder)
    return folder


def test_from_a_key_to_a_program_in_a_slot(bundle: Command, wheels: Path, tmp_path: Path) -> None:
    key, public, file = (tmp_path / name for name in ("maker.key", "maker.pem", "2.evse"))
    status, printed = bundle("keygen", tmp_path / "maker")
    assert status == 0, printed
    assert key.stat().st_mode & 0o077 == 0
    status, printed = bundle("build", wheels, file, "--key", key, "--updates-from", "0.1.0")
    assert (status, "evse-firmware 2.0.0" in printed) == (0, True)
    assert "Python >=3.11, machine any" in printed
    status, printed = bundle("verify", file, "--trust", public)
    assert (status, "signature and content hold" in printed) == (0, True)
    assert bundle("info", file)[0] == 0
    root = tmp_path / "slots"
    status, printed = bundle("install", file, "--slots", root, "--trust", public)
    assert (status, "version 2.0.0 is in slot a" in printed) == (0, True), printed
    said = subprocess.run(
        [root / "launch", "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout == "evse 2.0.0\n"
    status, printed = bundle("install", file, "--slots", root, "--trust", public)
    assert "slot b, on trial from the next start" in printed


def test_signed_by_another_hand(bundle: Command, wheels: Path, tmp_path: Path) -> None:
    """Whoever builds need not be who signs; without the right key nothing is believed."""
    file, signed = tmp_path / "2.evse", tmp_path / "2s.evse"
    for name in ("maker", "stranger"):
        bundle("keygen", tmp_path / name)
    assert bundle("build", wheels, file)[0] == 0
    status, printed = bundle("verify", file, "--trust", tmp_path / "maker.pem")
    assert (status, "manifest.sig is missing" in printed) == (USAGE_STATUS, True)
    assert bundle("sign", file, signed, "--key", tmp_path / "maker.key")[0] == 0
    assert bundle("verify", signed, "--trust", tmp_path / "maker.pem")[0] == 0
    status, printed = bundle("verify", signed, "--trust", tmp_path / "stranger.pem")
    assert (status, "which this wallbox does not trust" in printed) == (USAGE_STATUS, True)


def test_a_key_behind_a_passphrase(
    bundle: Command, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = iter(["open sesame", "open sesame", "wrong"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(words))
    assert bundle("keygen", tmp_path / "maker", "--passphrase")[0] == 0
    build = ("build", wheels, tmp_path / "2.evse", "--key", tmp_path / "maker.key")
    assert bundle(*build, "--passphrase")[0] == 0
    status, printed = bundle(*build, "--passphrase")
    assert (status, "not a private key that can be opened" in printed) == (USAGE_STATUS, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("keygen", "there"), "File exists"),
        (("build", "wheels", "x.evse", "--key", "none.key"), "none.key: not a private key"),
        (("build", "wheels", "x.evse", "--trial-s", "5"), "trial_s: came 5, allowed 10"),
        (("build", "wheels", "x.evse", "--updates-from", "x"), "version: came 'x'"),
        (("build", "empty", "x.evse"), "came 0 wheels of evse-firmware, allowed is one"),
        (("info", "none.evse"), "No such file"),
        (("verify", "there.key", "--trust", "there.key"), "there.key: not a public key"),
    ],
)
def test_what_cannot_be_done_is_said_on_one_line(
    bundle: Command,
    wheels: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    bundle("keygen", tmp_path / "there")
    status, printed = bundle(*words)
    assert status == USAGE_STATUS
    assert said in printed
    assert printed.count("\n") == 1


@pytest.mark.parametrize(
    ("tags", "python", "machine"),
    [
        (["py3-none-any"], ">=3.11", "any"),
        (["py2.py3-none-any", "cp38-abi3-manylinux_2_28_aarch64"], ">=3.11", "aarch64"),
        (["cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"], ">=3.11,<3.12", "x86_64"),
        (["cp313-cp313-linux_armv7l"], ">=3.13,<3.14", "armv7l"),
    ],
)
def test_what_the_wheels_need(tags: list[str], python: str, machine: str) -> None:
    assert fits(f"a-1-{each}.whl" for each in tags) == (python, machine)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a.whl"], "the name of a wheel"),
        (["a-1-cp311-cp311-win_amd64.whl"], "for no machine"),
        (["a-1-cp311-cp311-linux_x86_64.whl", "b-1-cp312-cp312-linux_x86_64.whl"], "for several"),
        (["a-1-cp311-abi3-linux_x86_64.whl", "b-1-cp311-abi3-linux_aarch64.whl"], "for several"),
    ],
)
def test_wheels_that_do_not_go_together(names: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fits(names)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_mends_belongs_to_the_service(
    bundle: Command, wheels: Path, tmp_path: Path
) -> None:
    bundle("keygen", tmp_path / "maker")
    file, root = tmp_path / "2.evse", tmp_path / "slots"
    bundle("build", wheels, file, "--key", tmp_path / "maker.key")
    root.mkdir()
    shutil.chown(root, 1234, 1234)
    assert bundle("install", file, "--slots", root, "--trust", tmp_path / "maker.pem")[0] == 0
    owners = {path.lstat().st_uid for path in root.rglob("*")}
    assert owners == {1234}
