"""A channel on the loopback interface that answers as it is told to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """What goes over the wire. `cut` ends it half way, `closed` before its start.

    A `silent` one does not come as long as the channel runs.
    """

    status: int = 200
    body: str = "{}"
    headers: dict = field(default_factory=dict)
    cut: bool = False
    closed: bool = False
    silent: bool = False


class Loopback:
    """Serves at `url` inside `with`.

    :param answer: makes the answer from the path and the query; from the body as
        well, where one is sent
    """

    def __init__(self, answer: Callable[..., Answer]):
        self.answer = answer
        self.ended = threading.Event()

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"channel": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        serve.start()
        return self

    def __exit__(self, *_exception):
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    channel: Loopback
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def do_GET(self):
        address = urlsplit(self.path)
        self._send(self.channel.answer(address.path, parse_qs(address.query)))

    def do_POST(self):
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(address.query)
        self._send(self.channel.answer(address.path, query, json.loads(body)))

    def _send(self, answer: Answer):
        if answer.silent:
            self.channel.ended.wait()
        if answer.silent or answer.closed:
            self.close_connection = True
            return
        body = answer.body.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if answer.cut else body)
        self.close_connection = answer.cut
