"""The proxy that stands before Odoo's workers and its websocket process."""

import asyncio
import http.server
import socket
import threading

import pytest
import requests

from stack.proxy import Proxy


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with the server's name, the path and the body that came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = f"{self.server.name} {self.path} ".encode() + body
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments):
        """Tests print nothing."""


@pytest.fixture
def upstream():
    """Starts a server that echoes, by name; returns its port."""
    servers = []

    def start(name):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        server.name = name
        threading.Thread(
            target=server.serve_forever,
            args=(0.01,),  # seconds until a shutdown is seen
            daemon=True,
        ).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def proxy(upstream):
    running = Proxy(0, upstream("workers"), upstream("gevent"))
    yield running
    running.close()


def post(proxy, path, body=b""):
    return requests.post(f"http://127.0.0.1:{proxy.port}{path}", data=body, timeout=10)


def test_starts_and_ends_where_another_loop_runs():
    async def start():
        proxy = Proxy(0, 1, 1)
        proxy.close()
        return proxy.port

    assert asyncio.run(start())


def test_pages_come_from_the_workers(proxy):
    assert post(proxy, "/web/login", b"x=1").text == "workers /web/login x=1"


def test_a_large_body_arrives_whole(proxy):
    body = b"0123456789" * 200_000
    assert post(proxy, "/upload", body).content == b"workers /upload " + body


def test_websockets_come_from_the_gevent_process(proxy):
    assert post(proxy, "/websocket?version=19").text == "gevent /websocket?version=19 "


def test_the_job_runners_address_is_closed(proxy):
    assert post(proxy, "/queue_job/runjob?db=x").status_code == 403


def test_every_request_of_a_connection_is_looked_at(proxy):
    with requests.Session() as session:
        url = f"http://127.0.0.1:{proxy.port}"
        assert session.post(f"{url}/web", data=b"", timeout=10).ok
        answer = session.post(f"{url}/queue_job/runjob", data=b"", timeout=10)
    assert answer.status_code == 403


def test_without_odoo_it_says_unavailable():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]
    proxy = Proxy(0, nobody, nobody)
    try:
        assert post(proxy, "/web").status_code == 503
    finally:
        proxy.close()


def test_closing_ends_open_connections(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as idle:
        # The loop has taken the connection once it answers a later one.
        assert post(proxy, "/web").ok
        proxy.close()
        assert idle.recv(1) == b""
