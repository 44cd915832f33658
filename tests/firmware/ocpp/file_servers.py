"""Small servers of files on loopback: HTTP as it comes, FTP as far as the tests need it."""

import base64
import contextlib
import http.server
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

USER, PASSWORD = "box", "p@ss/word"
CREDENTIALS = "box:p%40ss%2Fword"


@dataclass
class Files:
    """What is on the server, by path, and how it behaves."""

    port: int = 0
    stored: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    takes: tuple[str, ...] = ("PUT", "POST")
    fails: int = 0  # so many uploads and downloads fail first
    protected: bool = False
    short: int = 0  # so many bytes are missing from a download
    folders: tuple[str, ...] = ("logs",)  # of FTP

    def url(self, path: str, scheme: str = "http", credentials: str = "") -> str:
        at = f"{credentials}@" if credentials else ""
        return f"{scheme}://{at}127.0.0.1:{self.port}/{path}"

    def failing(self) -> bool:
        self.fails -= 1
        return self.fails >= 0


@contextlib.contextmanager
def _serving(server: socketserver.TCPServer, files: Files) -> Iterator[Files]:
    files.port = server.server_address[1]
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def http_files(tls: ssl.SSLContext | None = None) -> Iterator[Files]:
    files = Files()
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self, status: int, body: bytes = b"", missing: int = 0) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - missing])

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            files.requests.append(f"{self.command} {self.path}")
            if files.protected and self.headers["Authorization"] != expected:
                self._answer(401)
            elif self.command not in files.takes:
                self._answer(405)
            elif files.failing():
                self._answer(500)
            else:
                files.stored[self.path.lstrip("/")] = body
                self._answer(201)

        do_PUT = do_POST = _take  # noqa: N815

        def do_GET(self) -> None:
            files.requests.append(f"GET {self.path}")
            if self.path.startswith("/moved/"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/moved"))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif files.failing():
                self._answer(503)
            elif self.path.lstrip("/") in files.stored:
                self._answer(200, files.stored[self.path.lstrip("/")], files.short)
            else:
                self._answer(404)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with _serving(server, files):
        yield files


@contextlib.contextmanager
def ftp_files() -> Iterator[Files]:
    """Takes USER with PASSWORD, EPSV and PASV, CWD, STOR and RETR."""
    files = Files()

    class Handler(socketserver.StreamRequestHandler):
        user = folder = ""
        data: socketserver.socket.socket

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self._say("220 ready")
            while line := self.rfile.readline().decode().strip():
                verb, _, argument = line.partition(" ")
                files.requests.append("PASS" if verb == "PASS" else line)
                if verb == "QUIT":
                    self._say("221 bye")
                    return
                getattr(self, f"do_{verb}", self._unknown)(argument)

        def _unknown(self, _: str) -> None:
            self._say("502 unknown")

        def do_USER(self, name: str) -> None:  # noqa: N802
            self.user = name
            self._say("331 password")

        def do_PASS(self, password: str) -> None:  # noqa: N802
            known = (self.user, password) == (USER, PASSWORD)
            self._say("230 welcome" if known else "530 not you")

        def do_TYPE(self, _: str) -> None:  # noqa: N802
            self._say("200 ok")

        def do_CWD(self, folder: str) -> None:  # noqa: N802
            if folder.strip("/") in files.folders:
                self.folder = folder.strip("/") + "/"
                self._say("250 ok")
            else:
                self._say("550 no such folder")

        def do_PASV(self, _: str) -> None:  # noqa: N802
            self.data = socketserver.socket.create_server(("127.0.0.1", 0))
            port = self.data.getsockname()[1]
            self._say(f"227 here (127,0,0,1,{port // 256},{port % 256})")

        def do_STOR(self, name: str) -> None:  # noqa: N802
            connection = self._transfer(name)
            if connection is None:
                return
            with connection, connection.makefile("rb") as content:
                files.stored[self.folder + name] = content.read()
            self._say("226 done")

        def do_RETR(self, name: str) -> None:  # noqa: N802
            if name not in files.stored:
                self.data.close()
                self._say("550 no such file")
            elif (connection := self._transfer(name)) is not None:
                with connection:
                    connection.sendall(files.stored[name])
                self._say("226 done")

        def _transfer(self, name: str) -> socketserver.socket.socket | None:
            with self.data:
                if files.failing():
                    self._say("451 try again")
                    return None
                self._say("150 go")
                return self.data.accept()[0]

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with _serving(Server(("127.0.0.1", 0), Handler), files):
        yield files
