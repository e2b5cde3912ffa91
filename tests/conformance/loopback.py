"""A channel on the loopback interface that answers as it is told to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


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


@dataclass(frozen=True)
class Request:
    """What the adapter sent. Header names are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.content.decode(), keep_blank_values=True)


class Loopback:
    """Serves at `url` inside `with`.

    :param answer: makes the answer from the path and the query; from the body's JSON
        as well, where one is sent
    :param take: makes it from the whole request, where that is not enough
    """

    def __init__(
        self,
        answer: Callable[..., Answer] | None = None,
        *,
        take: Callable[[Request], Answer] | None = None,
    ):
        self.take = take or _by_path(answer)
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
    disable_nagle_algorithm = True

    def log_message(self, *_arguments):
        pass

    def _take(self):
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(address.path),
            query=parse_qs(address.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            content=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        self._send(self.channel.take(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815

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


def _by_path(answer: Callable[..., Answer]) -> Callable[[Request], Answer]:
    def take(request: Request) -> Answer:
        body = [request.json()] if request.content else []
        return answer(request.path, request.query, *body)

    return take
