"""The built book on this machine: one server for its pages, and one in the place of the network that has Pyodide."""

import gzip
import threading
from contextlib import contextmanager
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import serve
from pyodide import PINS

# What a static host packs on the way.
PACKED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".svg", ".wasm"}


@cache
def read(path, packed, replaced=()):
    body = path.read_bytes()
    for old, new in replaced:
        body = body.replace(old, new)
    return gzip.compress(body, 6) if packed else body


class Handler(serve.Handler):
    """Files of a folder, packed, and kept by a browser for a while, as a static host sends them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        server, address = self.server, urlsplit(self.path).path
        server.asked.append(address)
        path = server.folder / address.lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        if server.fault == "refused" or not found:
            self.reply(404, "text/plain", b"")
            return
        packed = path.suffix in PACKED and "gzip" in self.headers.get("Accept-Encoding", "")
        body = read(path, packed, server.replaced if path.suffix in (".html", ".json") else ())
        if server.fault == "corrupted":
            body = read(path, False)
            body, packed = body[:-1] + bytes([body[-1] ^ 1]), False
        if server.fault == "hanging":
            server.released.wait(120)
        self.reply(200, self.guess_type(path), body, packed)

    def reply(self, status, kind, body, packed=False):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600" if not self.server.fault else "no-store")
        self.send_header("Access-Control-Allow-Origin", "*")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Serves a folder. ``fault`` is what is wrong with it: "refused", "hanging", "corrupted" or nothing."""

    daemon_threads = True

    def __init__(self, folder, replaced=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder, self.replaced = Path(folder), tuple(replaced)
        self.fault, self.asked, self.released = "", [], threading.Event()
        self.address = f"http://127.0.0.1:{self.server_port}/"

    def mend(self):
        """Whatever was wrong with it is so no longer, and what hung goes on."""
        self.fault, released = "", self.released
        self.released = threading.Event()
        released.set()

    def handle_error(self, request, client_address):
        """A browser that hangs up is no fault."""


@contextmanager
def serving(folder, replaced=()):
    server = Server(folder, replaced)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.mend()
        server.shutdown()
        server.server_close()


@contextmanager
def published(book, pyodide):
    """The book as it would stand on a static host: two servers, that of its pages and that of Pyodide."""
    with serving(pyodide) as network:
        usual = PINS["base"]
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(usual))
        here = network.address.rstrip("/")
        replaced = [(usual.encode(), network.address.encode()), (origin.encode(), here.encode())]
        with serving(book, replaced) as pages:
            yield pages, network
