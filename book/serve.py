"""Serve the built book on this machine alone: python book/serve.py 8000"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BUILD = Path(__file__).parent / "_build"
SITE = BUILD / "html"


class Handler(SimpleHTTPRequestHandler):
    # A system's own table may lack these, and a browser runs no module and no WebAssembly of another type.
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".svg": "image/svg+xml",
    }

    def log_message(self, *_):
        """Say nothing of each request."""


def server(port=0, folder=SITE, handler=Handler):
    """A server for a folder; port 0 is any that is free."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(handler, directory=str(folder)))


def main(port):
    with server(port) as serving:
        print(f"The book is at http://127.0.0.1:{serving.server_port}/  (Ctrl+C ends it)", flush=True)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main(int(sys.argv[1]))
