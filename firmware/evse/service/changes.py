"""Changes to a system: made only where needed, told, and written down so that they can be undone.

A manifest lists what was changed, not what was wanted: what was there before is not ours to remove.
"""

import grp
import hashlib
import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

SYSTEMD_RUNS = Path("/run/systemd/system")

COMMAND_TIMEOUT_S = 60.0
"""Real time for one command of the system, s."""

Entry = dict[str, str]
"""What was changed: `kind` (file, folder, link, user, member), `name`, and details."""


class InstallError(Exception):
    """A change cannot be made; the text says which and why."""


def run_command(command: Sequence[str]) -> None:
    """Run a command of the system to its end. Raises InstallError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words, checked by `Place`
            command, check=False, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallError(f"{' '.join(command)}: {error}") from error
    if done.returncode:
        raise InstallError(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")


def digest(content: bytes) -> str:
    """By which a file is known again."""
    return hashlib.sha256(content).hexdigest()


class Changes:
    """The changes to the system under `root`.

    Each method makes one thing so and says what it did; on a second call there is nothing to do.
    `details` go into the manifest.
    """

    def __init__(
        self,
        root: Path,
        manifest: PurePosixPath,
        tell: Callable[[str], None],
        *,
        dry_run: bool = False,
        run: Callable[[Sequence[str]], None] = run_command,
    ) -> None:
        """Takes up the manifest of an earlier run. Raises InstallError when it cannot be read."""
        self.root = root
        self.dry_run = dry_run
        self.count = 0
        self._manifest = self.at(manifest)
        self._tell = tell
        self._run = run
        self._entries: list[Entry] = _read_manifest(self._manifest)

    @property
    def elsewhere(self) -> bool:
        """Whether the system is not the running one: then nobody owns files or hears commands."""
        return self.root != Path("/")

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What was changed and is not undone, the oldest first."""
        return tuple(self._entries)

    def at(self, path: PurePosixPath) -> Path:
        """Where `path` of the system lies."""
        return self.root / path.relative_to("/")

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """At the end, also a bad one, write down what was changed."""
        try:
            yield
        finally:
            if not self.dry_run:
                self._save()

    # ------------------------------------------------------------------- doing

    def user(self, name: str, home: PurePosixPath, **details: str) -> None:
        """A system user without a shell, with a group of the same name."""
        if name in _names(self.at(PurePosixPath("/etc/passwd"))):
            return
        self._command(
            f"made the user {name}",
            "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(home),
            "--shell", "/usr/sbin/nologin", name,
        )  # fmt: skip
        self._note("user", name, **details)

    def member(self, user: str, group: str) -> None:
        """The user belongs to the group."""
        if user in _members(self.at(PurePosixPath("/etc/group")), group):
            return
        self._command(f"put {user} into the group {group}", "usermod", "-aG", group, user)
        self._note("member", group, user=user)

    def folder(self, path: PurePosixPath, mode: int, owner: str, **details: str) -> None:
        """A folder with this mode, which belongs to `owner`, with all that is in it."""
        target = self.at(path)
        if not target.is_dir():
            self._parents(path)
            self._make_folder(path, mode, **details)
        elif target.stat().st_mode & 0o7777 != mode:
            self._do(f"set the mode of {path} to {mode:o}", lambda: target.chmod(mode))
        self._own(path, owner, owner)

    def file(self, path: PurePosixPath, text: str, mode: int) -> None:
        """A file of root with this text. What others have written there is kept as `….old`."""
        target, content = self.at(path), text.encode()
        former = target.read_bytes() if target.exists() else None
        if former == content:
            return
        if former is not None and digest(former) not in self._digests(path):
            old = target.with_name(target.name + ".old")
            self._do(f"kept the former {path} as {old.name}", lambda: old.write_bytes(former))
        self._parents(path)
        self._do(f"wrote {path}", lambda: _write(target, content, mode))
        self._note("file", str(path), sha256=digest(content))

    def first_file(
        self, path: PurePosixPath, text: str, mode: int, group: str, **details: str
    ) -> None:
        """A file that is only begun by us: one that is there stays as it is."""
        target = self.at(path)
        if target.exists():
            self._tell(f"kept {path} as it is")
        else:
            self._parents(path)
            self._do(f"wrote {path}", lambda: _write(target, text.encode(), mode))
            self._note("file", str(path), **details)
        self._own(path, "root", group)

    def link(self, path: PurePosixPath, to: PurePosixPath) -> None:
        """A symbolic link."""
        target = self.at(path)
        if target.is_symlink() and target.readlink() == Path(to):
            return
        self._parents(path)

        def make() -> None:
            target.unlink(missing_ok=True)
            target.symlink_to(to)

        self._do(f"linked {path}", make)
        self._note("link", str(path))

    def command(self, *words: str) -> None:
        """Tell the running systemd something; without one (sd_booted(3)) nobody needs to know."""
        if not self.elsewhere and SYSTEMD_RUNS.is_dir():
            self._command(" ".join(words), *words)

    # ----------------------------------------------------------------- undoing

    def undo(self, entry: Entry) -> None:
        """Undo one change of the manifest. What others have changed since is left, and told."""
        kind, name = entry["kind"], entry["name"]
        match kind:
            case "user":
                self._command(f"removed the user {name}", "userdel", name)
            case "member":
                self._command(
                    f"took {entry['user']} out of the group {name}",
                    "gpasswd", "-d", entry["user"], name,
                )  # fmt: skip
            case "folder":
                self._remove_folder(PurePosixPath(name))
            case _:
                self._remove(PurePosixPath(name), entry.get("sha256"))
        self._entries.remove(entry)

    def empty(self, path: PurePosixPath) -> None:
        """Delete all that is in a folder, whoever has written it."""
        target = self.at(path)
        if target.is_dir() and any(target.iterdir()):
            self._do(f"deleted what was in {path}", lambda: _empty(target))

    def _remove(self, path: PurePosixPath, sha256: str | None) -> None:
        target = self.at(path)
        if sha256 and target.exists() and digest(target.read_bytes()) != sha256:
            self._tell(f"left {path}: it was changed since")
        else:
            self._do(f"removed {path}", lambda: target.unlink(missing_ok=True))

    def _remove_folder(self, path: PurePosixPath) -> None:
        target = self.at(path)
        if not target.is_dir():
            return
        if any(target.iterdir()) and not self.dry_run:
            self._tell(f"left {path}: there is something in it")
        else:
            self._do(f"removed {path}", target.rmdir)

    # ----------------------------------------------------------------- details

    def _do(self, told: str, change: Callable[[], Any]) -> None:
        if not self.dry_run:
            try:
                change()
            except OSError as error:
                raise InstallError(f"{told}: cannot: {error}") from error
        self.count += 1
        self._tell(told)

    def _command(self, told: str, *words: str) -> None:
        self._do(told, lambda: self._run(words))

    def _note(self, kind: str, name: str, **details: str) -> None:
        """Write down a change; one of the same thing is of an earlier version of it."""
        entry = {"kind": kind, "name": name, **details}
        same = [old for old in self._entries if (old["kind"], old["name"]) == (kind, name)]
        for old in same:
            self._entries.remove(old)
        self._entries.append(entry)

    def _digests(self, path: PurePosixPath) -> set[str]:
        """Of what we wrote there."""
        return {entry.get("sha256", "") for entry in self._entries if entry["name"] == str(path)}

    def _parents(self, path: PurePosixPath) -> None:
        noted = {entry["name"] for entry in self._entries} if self.dry_run else set()
        for parent in reversed(path.parents):
            if not self.at(parent).is_dir() and str(parent) not in noted:
                self._make_folder(parent, 0o755)

    def _make_folder(self, path: PurePosixPath, mode: int, **details: str) -> None:
        target = self.at(path)

        def make() -> None:
            target.mkdir()
            target.chmod(mode)  # whatever the umask

        self._do(f"made {path}", make)
        self._note("folder", str(path), **details)

    def _own(self, path: PurePosixPath, owner: str, group: str) -> None:
        """The path, and all that is in a folder, belongs to `owner` and `group`."""
        if self.elsewhere or self.dry_run:
            return
        target = self.at(path)
        try:
            uid, gid = pwd.getpwnam(owner).pw_uid, grp.getgrnam(group).gr_gid
        except KeyError as error:
            raise InstallError(f"{path} cannot be given to {owner}:{group}: {error}") from error
        if (target.stat().st_uid, target.stat().st_gid) == (uid, gid):
            return

        def own() -> None:
            for one in (target, *target.rglob("*")):
                os.chown(one, uid, gid, follow_symlinks=False)  # a link leads elsewhere

        self._do(f"gave {path} to {owner}:{group}", own)

    def _save(self) -> None:
        if self._entries:
            self._manifest.parent.mkdir(parents=True, exist_ok=True)
            _write(self._manifest, json.dumps(self._entries, indent=1).encode(), 0o644)
        else:
            self._manifest.unlink(missing_ok=True)


def _read_manifest(path: Path) -> list[Entry]:
    try:
        entries: list[Entry] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise InstallError(f"{path}: cannot read what was installed: {error}") from error
    return entries


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable for others in between."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.chmod(mode)
    new.replace(path)


def _empty(folder: Path) -> None:
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def _names(file: Path) -> set[str]:
    """The names in a file as /etc/passwd or /etc/group."""
    if not file.exists():
        return set()
    return {line.partition(":")[0] for line in file.read_text(encoding="utf-8").splitlines()}


def _members(group_file: Path, group: str) -> set[str]:
    """Who is named in the line of a group."""
    if group_file.exists():
        for line in group_file.read_text(encoding="utf-8").splitlines():
            name, _, rest = line.partition(":")
            if name == group:
                return set(rest.rpartition(":")[2].split(","))
    return set()
