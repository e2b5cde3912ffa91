"""The one address of an Odoo server with workers.

Such a server listens twice: its workers answer requests, its gevent process holds the
websockets. In production a web server stands before both; here this does, and as there
the job runner's own address is closed to the outside.
"""

import asyncio
import threading

HEAD_LIMIT = 64 * 1024  # bytes of a request's first line and headers
IDLE_START = 30  # seconds for a client to send them


class Proxy:
    """Forwards connections to 127.0.0.1 until it is closed."""

    def __init__(self, port: int, workers_port: int, gevent_port: int):
        """:param port: where to listen; 0 takes any free port

        :raises OSError: the port is taken
        """
        self._ports = {"workers": workers_port, "gevent": gevent_port}
        self._connections: set[asyncio.Task] = set()
        self._loop = asyncio.new_event_loop()
        # In its own thread from the start: the caller's may have a loop that runs.
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", port, limit=HEAD_LIMIT)
        try:
            self._server = self._run(start)
        except OSError:
            self._end_loop()
            raise
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self):
        """Ends all connections; calling it again does nothing."""
        if self._loop.is_closed():
            return
        self._run(self._shut())
        self._end_loop()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def _end_loop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _shut(self):
        self._server.close()
        while self._connections:
            for task in self._connections:
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader, writer):
        # The loop itself keeps only weak references to its tasks.
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_START)
            await self._forward(head, reader, writer)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            pass  # the client or Odoo went away, and nobody is left to be told
        except asyncio.LimitOverrunError:
            writer.write(_answer("431 Request Header Fields Too Large"))
        finally:
            writer.close()
            self._connections.discard(task)

    async def _forward(self, head, reader, writer):
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/queue_job/"):
            writer.write(_answer("403 Forbidden"))
            return
        websocket = path.startswith(b"/websocket")
        if not websocket:
            head = _without_keep_alive(head)
        port = self._ports["gevent" if websocket else "workers"]
        try:
            odoo_reader, odoo_writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            writer.write(_answer("503 Service Unavailable"))
            return
        odoo_writer.write(head)
        upload = asyncio.ensure_future(_pump(reader, odoo_writer))
        try:
            await _pump(odoo_reader, writer)
        finally:
            odoo_writer.close()
            upload.cancel()
            await asyncio.gather(upload, return_exceptions=True)


async def _pump(reader, writer):
    """Passes on all that comes, and its end: a closed browser ends its websocket."""
    while data := await reader.read(64 * 1024):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


def _without_keep_alive(head: bytes) -> bytes:
    """One request a connection, so that each is looked at."""
    lines = head[:-4].split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


def _answer(status: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    )
