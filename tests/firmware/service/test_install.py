"""Installing, installing again, and uninstalling: what is on disk before and after."""

import grp
import os
import re
import stat
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import pytest

from evse.__main__ import _command, _parser
from evse.service.changes import Changes, InstallError
from evse.service.config_template import config_template
from evse.service.install import install, uninstall
from evse.service.unit import Place
from evse.settings.setting import Setting
from evse.settings.table import SETTINGS
from evse.settings.values import read_file

UNIT = "etc/systemd/system/evse.service"
ENABLED = "etc/systemd/system/multi-user.target.wants/evse.service"
RULES = "etc/udev/rules.d/60-evse.rules"
POLKIT_RULES = "etc/polkit-1/rules.d/60-evse.rules"
CONFIG = "etc/evse.toml"
STATE = "var/lib/evse"
MANIFEST = "opt/evse/installed.json"


@pytest.fixture
def evse(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run the command; its status and what it printed."""

    def run(*words: str | Path) -> tuple[int, str]:
        status = _command(_parser().parse_args([str(word) for word in words]))
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def files(root: Path) -> set[str]:
    return {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_install_and_again(tmp_path: Path, evse: Callable[..., tuple[int, str]]) -> None:
    status, printed = evse("install", "--root", tmp_path)
    assert status == 0
    assert files(tmp_path) == {UNIT, ENABLED, RULES, POLKIT_RULES, CONFIG, MANIFEST}
    assert [mode(tmp_path / name) for name in (UNIT, CONFIG, STATE)] == [0o644, 0o640, 0o700]
    assert (tmp_path / ENABLED).readlink() == Path("/", UNIT)
    for told in ("wrote /etc/evse.toml", f"made /{STATE}", f"linked /{ENABLED}"):
        assert told in printed
    assert evse("install", "--root", tmp_path) == (
        0,
        "kept /etc/evse.toml as it is\nnothing to do\n",
    )


def test_with_slots_their_folder_and_the_launcher_are_of_the_service(
    tmp_path: Path, evse: Callable[..., tuple[int, str]]
) -> None:
    assert evse("install", "--root", tmp_path, "--slots", "/srv/evse")[0] == 0
    assert (tmp_path / "srv/evse").is_dir()
    assert "ExecStart=/srv/evse/launch run" in (tmp_path / UNIT).read_text()


def test_a_dry_run_changes_nothing(tmp_path: Path, evse: Callable[..., tuple[int, str]]) -> None:
    status, printed = evse("install", "--root", tmp_path, "--dry-run")
    assert status == 0
    assert printed.count("made /etc/systemd\n") == 1
    assert f"wrote /{UNIT}" in printed
    assert not list(tmp_path.iterdir())
    evse("install", "--root", tmp_path)
    before = files(tmp_path)
    status, printed = evse("uninstall", "--root", tmp_path, "--purge", "--dry-run")
    assert (status, files(tmp_path)) == (0, before)
    assert f"removed /{UNIT}" in printed


def test_uninstall_leaves_what_is_the_owners(
    tmp_path: Path, evse: Callable[..., tuple[int, str]]
) -> None:
    evse("install", "--root", tmp_path)
    database = tmp_path / STATE / "evse.sqlite"
    database.write_text("transactions")
    assert evse("uninstall", "--root", tmp_path)[0] == 0
    assert files(tmp_path) == {CONFIG, f"{STATE}/evse.sqlite", MANIFEST}
    assert not (tmp_path / "etc/systemd").exists()  # it was made by install
    assert evse("uninstall", "--root", tmp_path, "--purge", "--yes")[0] == 0
    assert files(tmp_path) == set()
    assert not (tmp_path / "var").exists()
    assert "nothing to do" in evse("uninstall", "--root", tmp_path)[1]


def test_what_was_there_before_is_not_ours(
    tmp_path: Path, evse: Callable[..., tuple[int, str]]
) -> None:
    for name, text in ((UNIT, "by hand"), (CONFIG, "# mine"), (f"{STATE}/evse.sqlite", "old")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    status, printed = evse("install", "--root", tmp_path)
    assert (status, f"kept the former /{UNIT} as evse.service.old" in printed) == (0, True)
    assert evse("uninstall", "--root", tmp_path, "--purge", "--yes")[0] == 0
    assert files(tmp_path) == {f"{UNIT}.old", CONFIG, f"{STATE}/evse.sqlite"}
    assert (tmp_path / f"{UNIT}.old").read_text() == "by hand"
    assert (tmp_path / CONFIG).read_text() == "# mine"


def test_what_was_changed_since_is_left(
    tmp_path: Path, evse: Callable[..., tuple[int, str]]
) -> None:
    evse("install", "--root", tmp_path)
    (tmp_path / RULES).write_text("# changed")
    status, printed = evse("uninstall", "--root", tmp_path, "--purge", "--yes")
    assert (status, f"left /{RULES}: it was changed since" in printed) == (0, True)
    assert files(tmp_path) == {RULES}


def test_a_new_version_of_the_unit_replaces_ours(
    tmp_path: Path, evse: Callable[..., tuple[int, str]]
) -> None:
    evse("install", "--root", tmp_path)
    status, printed = evse("install", "--root", tmp_path, "--state", "/srv/box")
    assert (status, f"wrote /{UNIT}" in printed, ".old" in printed) == (0, True, False)
    assert "--state /srv/box" in (tmp_path / UNIT).read_text()
    evse("uninstall", "--root", tmp_path, "--purge", "--yes")
    assert files(tmp_path) == set()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--state", "/var"], ["--state: came '/var'", "a folder of its own"]),
        (["--state", "state"], ["--state: came 'state'", "absolute"]),
        (["--state", "/var/../etc"], ["--state: came '/var/../etc'"]),
        (["--prefix", "/opt/my evse"], ["--prefix: came '/opt/my evse'"]),
        (["--config", "/etc/%h.toml"], ["--config: came"]),
        (["--user", "root"], ["--user: came 'root'", "not root"]),
        (["--user", "Evse;"], ["--user: came 'Evse;'"]),
        (["--state", "/full"], ["--state: came '/full'"]),
        (["--state", "/srv/full"], ["/srv/full has something else in it"]),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_done(
    tmp_path: Path,
    evse: Callable[..., tuple[int, str]],
    options: list[str],
    words: list[str],
) -> None:
    (tmp_path / "srv/full").mkdir(parents=True)
    (tmp_path / "srv/full/photos").touch()
    status, printed = evse("install", "--root", tmp_path, *options)
    assert status == 2
    assert all(word in printed for word in words), printed
    assert files(tmp_path) == {"srv/full/photos"}


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_only_root_may(
    monkeypatch: pytest.MonkeyPatch, evse: Callable[..., tuple[int, str]], command: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    status, printed = evse(command)
    assert status == 2
    assert "must be run by root (sudo …)" in printed


def test_a_program_that_is_not_there_is_missed(evse: Callable[..., tuple[int, str]]) -> None:
    status, printed = evse("install", "--prefix", "/nowhere/evse", "--dry-run")
    assert status == 2
    assert "there is no /nowhere/evse/bin/evse" in printed


@pytest.mark.parametrize(("answer", "gone"), [("yes", True), ("no", False), ("", False)])
def test_purge_asks(
    tmp_path: Path,
    evse: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    gone: bool,
) -> None:
    evse("install", "--root", tmp_path)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    status, printed = evse("uninstall", "--root", tmp_path, "--purge")
    assert (status, "add --yes" in printed) == (2, True)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    evse("uninstall", "--root", tmp_path, "--purge")
    assert (tmp_path / CONFIG).exists() is not gone


def test_a_manifest_that_cannot_be_read_stops(
    tmp_path: Path, evse: Callable[..., tuple[int, str]]
) -> None:
    (tmp_path / "opt/evse").mkdir(parents=True)
    (tmp_path / MANIFEST).write_text("{")
    status, printed = evse("uninstall", "--root", tmp_path)
    assert (status, "cannot read what was installed" in printed) == (2, True)


# ------------------------------------------------------------------ the running system


class Here(Changes):
    """The running system, in a folder: its commands edit passwd and group there."""

    elsewhere = False

    def __init__(self, root: Path, fails: str = "") -> None:
        self.said: list[str] = []
        self.ran: list[str] = []
        self._fails = fails
        super().__init__(root, PurePosixPath("/", MANIFEST), self.said.append, run=self.execute)

    def execute(self, words: Sequence[str]) -> None:
        self.ran.append(" ".join(words))
        if words[0] == self._fails:
            raise InstallError(f"{words[0]}: refused")
        passwd, group = self.root / "etc/passwd", self.root / "etc/group"
        match list(words):
            case ["useradd", *_, name]:
                passwd.write_text(f"{passwd.read_text()}{name}:x:990:990::/:\n")
            case ["usermod", "-aG", to, name]:
                group.write_text(group.read_text().replace(f"{to}:x:5:", f"{to}:x:5:{name}"))

    def _own(self, path: PurePosixPath, owner: str, group: str) -> None:
        self.ran.append(f"chown {owner}:{group} {path}")


PLACE = Place(
    PurePosixPath("/opt/evse"),
    "evse",
    PurePosixPath("/etc/evse.toml"),
    PurePosixPath("/var/lib/evse"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (
        ("opt/evse/bin/evse", ""),
        ("etc/passwd", "root:x:0:0::/root:\n"),
        ("etc/group", "root:x:0:\ndialout:x:5:\nspi:x:5:\nvideo:x:5:\n"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_user_gets_the_groups_that_are_there(root: Path) -> None:
    system = Here(root)
    install(PLACE, system)
    assert system.ran[0].startswith("useradd --system")
    assert system.ran[1:3] == ["usermod -aG dialout evse", "usermod -aG spi evse"]
    assert "chown evse:evse /var/lib/evse" in system.ran
    assert "chown root:evse /etc/evse.toml" in system.ran
    assert "SupplementaryGroups=dialout spi\n" in (root / UNIT).read_text()
    again = Here(root)
    install(PLACE, again)
    assert again.count == 0
    uninstall(Here(root), purge=False)
    last = Here(root)
    assert {entry["kind"] for entry in last.entries} == {"user", "folder", "file"}
    uninstall(last, purge=True)
    assert last.ran == ["userdel evse"]
    assert not (root / MANIFEST).exists()


def test_what_was_done_before_a_failure_is_written_down(root: Path) -> None:
    with pytest.raises(InstallError, match="usermod: refused"):
        install(PLACE, Here(root, fails="usermod"))
    assert [entry["kind"] for entry in Here(root).entries] == ["user"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_links_in_the_state_folder_are_given_away_not_followed(tmp_path: Path) -> None:
    state, secret = tmp_path / "state", tmp_path / "secret"
    state.mkdir()
    secret.touch()
    (state / "link").symlink_to(secret)
    changes = Changes(Path("/"), PurePosixPath(str(tmp_path), "m.json"), lambda _told: None)
    owner = "nobody" if "nobody" in {group.gr_name for group in grp.getgrall()} else "daemon"
    changes.folder(PurePosixPath(str(state)), 0o700, owner)
    assert state.owner() == owner
    assert secret.owner() == "root"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_user_without_a_group_of_its_name_is_refused(tmp_path: Path) -> None:
    changes = Changes(Path("/"), PurePosixPath(str(tmp_path), "m.json"), lambda _told: None)
    with pytest.raises(InstallError, match="cannot be given to no-such-user"):
        changes.folder(PurePosixPath(str(tmp_path), "state"), 0o700, "no-such-user")


# ----------------------------------------------------------------- the configuration file


def test_the_template_is_a_valid_file_that_sets_nothing() -> None:
    text = config_template(SETTINGS)
    assert _leaves(tomllib.loads(text)) == []


def test_every_line_of_it_can_be_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "evse.toml"
    path.write_text(re.sub(r"^#(?! )", "", config_template(SETTINGS), flags=re.MULTILINE))
    errors: list[ValueError] = []
    values = read_file(path, errors)
    wanted: dict[str, Setting] = {row.key: row for row in SETTINGS if not row.constant}
    assert errors == []
    assert values == {key: row.default for key, row in wanted.items()}


def _leaves(document: object) -> list[object]:
    if isinstance(document, dict):
        return [leaf for value in document.values() for leaf in _leaves(value)]
    return [document]
