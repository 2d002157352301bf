"""A server on this machine that plays somebody else's: it answers each path as a test says, and remembers what was asked."""

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from ingest.remote.address import Address
from ingest.remote.fetch import Fetcher


class StandIn:
    """Answers by `routes`: a path's bytes, JSON, or function of (request handler, query) that answers by itself."""

    def __init__(self, ssl_context=None):
        self.routes, self.asked, self.headers = {}, [], []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                parts = urlsplit(self.path)
                stand_in.asked.append(self.path)
                stand_in.headers.append(dict(self.headers))
                route = stand_in.routes.get(parts.path, answer(b"", 404))
                if isinstance(route, Callable):
                    route = route(self, dict(parse_qsl(parts.query)))
                if route is None:
                    return
                send(self, route)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *args: None  # a client that hangs up is part of the test
        if ssl_context:
            self.http.socket = ssl_context.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}).start()

    def at(self, path) -> Address:
        return Address(self.url + path)

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def send(handler, content, status=200, headers=None):
    """Answer with bytes, or with anything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    handler.send_response(status)
    told = {"Content-Length": str(len(body)), **(headers or {})}
    for name, value in told.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def answer(content=b"", status=200, **headers):
    """Return a route that always answers so; header names are written with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, query: send(handler, content, status, named)


def redirect(location, status=302):
    """Return a route that leads elsewhere."""
    return answer(b"", status, Location=location)


def packed(content: bytes):
    """Return a route that answers with gzip."""
    return answer(gzip.compress(content), Content_Encoding="gzip")


def fetcher_for(*stand_ins, **options) -> Fetcher:
    """Return a fetcher that may connect to these stand-ins, and to nothing else on this machine."""
    ports = {stand_in.port for stand_in in stand_ins}
    return Fetcher(
        is_allowed=lambda address, port: str(address) == "127.0.0.1" and port in ports,
        **{"pauses_s": (0.0, 0.0), **options},
    )
