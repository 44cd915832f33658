"""The files of the page, in memory: a path can lead to nothing else, and an ETag is made once.

They are built from `firmware/web-ui` and small. A file may lie there compressed as well, with `.br`
or `.gz` behind its name. What is in `assets/` has a hash of its content in its name, so a browser
may keep it for ever.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from aiohttp import web

INDEX = "index.html"
ASSETS = "assets/"

_FOREVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"  # keep it, but ask each time whether it is still the same

_ENCODINGS = {".br": "br", ".gz": "gzip"}
"""The best first."""

_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True, slots=True)
class File:
    """One file: its content, and the same compressed, by the name of the encoding ("": none)."""

    media_type: str
    etag: str
    forever: bool
    contents: Mapping[str, bytes]


class StaticFiles:
    """See the module."""

    def __init__(self, folder: Traversable | None = None) -> None:
        """`folder`: that of the package when not given. Raises OSError."""
        root = resources.files("evse.web").joinpath("static") if folder is None else folder
        self._files = _files(_read(root)) if root.is_dir() else {}

    def answer(self, request: web.Request) -> web.Response:
        """The file a request asks for; the page itself for what is no file. HTTPNotFound."""
        path = request.path.lstrip("/")
        file = self._files.get(path)
        if file is None and "." not in path.rpartition("/")[2]:
            file = self._files.get(INDEX)
        if file is None:
            raise web.HTTPNotFound
        headers = {
            "ETag": file.etag,
            "Cache-Control": _FOREVER if file.forever else _ASK,
            "Vary": "Accept-Encoding",
        }
        if file.etag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        accepted = request.headers.get("Accept-Encoding", "")
        encoding = next((each for each in file.contents if each and each in accepted), "")
        if encoding:
            headers["Content-Encoding"] = encoding
        return web.Response(
            body=file.contents[encoding],
            headers=headers | {"Content-Type": file.media_type},
        )


def _read(folder: Traversable, prefix: str = "") -> dict[str, bytes]:
    """Every file below a folder by its path."""
    found: dict[str, bytes] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _read(entry, f"{prefix}{entry.name}/")
        else:
            found[prefix + entry.name] = entry.read_bytes()
    return found


def _files(contents: Mapping[str, bytes]) -> dict[str, File]:
    plain = {path for path in contents if not path.endswith(tuple(_ENCODINGS))}
    return {
        path: File(
            _media_type(path),
            f'"{hashlib.sha256(contents[path]).hexdigest()[:32]}"',
            path.startswith(ASSETS),
            {
                encoding: contents[path + suffix]
                for suffix, encoding in {**_ENCODINGS, "": ""}.items()
                if path + suffix in contents
            },
        )
        for path in plain
    }


def _media_type(path: str) -> str:
    suffix = path[path.rfind(".") :]
    guessed = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    is_text = guessed.startswith("text/") or guessed.endswith(("json", "+xml"))
    return f"{guessed}; charset=utf-8" if is_text else guessed
