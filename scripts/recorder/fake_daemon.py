"""A stand-in for Docker's or Podman's daemon on a unix socket, which keeps the tar that a client uploads."""

from __future__ import annotations

import http.server
import io
import os
import socketserver
import threading
from typing import Any

_HEADERS = {
    "API-Version": "1.50",
    "Libpod-API-Version": "5.0.0",
    "Ostype": "linux",
    # Without it the client takes the daemon for one that has BuildKit, and uploads nothing.
    "Builder-Version": "1",
}


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FakeDaemon
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Say nothing: stdout holds the recording."""

    def address_string(self) -> str:
        """Name the client, which has no address on a unix socket."""
        return "local"

    def _answer(self, body: bytes = b"OK", kind: str = "text/plain") -> None:
        self.send_response(200)
        about = {"Content-Type": kind, "Content-Length": str(len(body))}
        for key, value in {**_HEADERS, **about}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        if "info" in self.path or "version" in self.path:
            self._answer(b"{}")
        else:
            self._answer()

    def do_POST(self) -> None:
        if "/build" not in self.path:
            self._answer(b"{}")
            return
        self.server.uploads.append(self._body())
        self._answer(b'{"stream":"Successfully built 0000\\n"}\n', "application/json")

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upload = io.BytesIO()
        while size := int(self.rfile.readline().strip() or b"0", 16):
            upload.write(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return upload.getvalue()


class FakeDaemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Serve on the unix socket at ``path``; ``uploads`` holds one tar for each build that was asked for."""

    daemon_threads = True

    def __init__(self, path: str) -> None:
        if os.path.exists(path):
            os.unlink(path)
        super().__init__(path, _Handler)
        self.uploads: list[bytes] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def get_request(self) -> tuple[Any, Any]:
        """Accept a client; the handler wants an address, and a unix socket has none."""
        request, _ = super().get_request()
        return request, ("local", 0)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that were refused hang up in the middle of an answer."""
