"""Firefox and WebKit, each by the protocol that it speaks itself: pages are opened, and scripts evaluated in them."""

import json
import re
import shutil
import socket
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

import psutil
import websocket
from served import answer_of, wait_for

# Where Debian has it, out of the way.
MINIBROWSER = "webkit2gtk-4*/MiniBrowser"


@contextmanager
def firefox():
    """By WebDriver BiDi, over a web socket: a pair of functions, one that opens an address, one that evaluates."""
    with TemporaryDirectory() as profile:
        command = ["firefox-esr", "--headless", "--remote-debugging-port=0", "--no-remote", "--profile", profile]
        listening = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
        with running(command) as log:
            address = wait_for(lambda: listening.search(log.read_bytes()), 60)[1].decode()
            bidi = websocket.create_connection(f"{address}/session", timeout=120, suppress_origin=True)
            numbers = iter(range(1, 1_000_000))

            def ask(method, **params):
                number = next(numbers)
                bidi.send(json.dumps({"id": number, "method": method, "params": params}))
                while (answer := json.loads(bidi.recv())).get("id") != number:
                    """An event, or the answer to nobody."""
                assert answer["type"] == "success", answer
                return answer["result"]

            ask("session.new", capabilities={})
            context = ask("browsingContext.getTree")["contexts"][0]["context"]

            def go(address):
                ask("browsingContext.navigate", context=context, url=address, wait="complete")

            def evaluate(script):
                found = ask(
                    "script.evaluate", expression=f"JSON.stringify(({script}) ?? null)", target={"context": context},
                    awaitPromise=True,
                )  # fmt: skip
                assert found["type"] == "success", found
                return json.loads(found["result"]["value"])

            yield go, evaluate
            bidi.close()


@contextmanager
def webkit():
    """By WebDriver, over HTTP: the same pair of functions."""
    browser = next(path for folder in ("/usr/lib", "/usr/libexec") for path in Path(folder).rglob(MINIBROWSER))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(["xvfb-run", "--auto-servernum", "WebKitWebDriver", f"--port={port}"]):
        base = f"http://127.0.0.1:{port}/session"
        wait_for(lambda: answer_of(f"http://127.0.0.1:{port}/status"), 60)

        def ask(method, path, **body):
            data = json.dumps(body).encode() if method == "POST" else None
            request = Request(base + path, data, {"Content-Type": "application/json"}, method=method)
            with urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())["value"]

        options = {"binary": str(browser), "args": ["--automation"]}
        session = ask("POST", "", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": options}})["sessionId"]

        def go(address):
            ask("POST", f"/{session}/url", url=address)

        def evaluate(script):
            return json.loads(
                ask("POST", f"/{session}/execute/sync", script=f"return JSON.stringify(({script}) ?? null)", args=[])
            )

        yield go, evaluate
        ask("DELETE", f"/{session}")


@contextmanager
def running(command):
    """A process until the end of the block: the file of what it says."""
    assert shutil.which(command[0]), f"there is no {command[0]} here; make engines"
    with TemporaryDirectory() as home:
        log = Path(home, "log")
        with log.open("wb") as file:
            process = psutil.Popen(command, stdout=file, stderr=file)
        try:
            yield log
        finally:
            # Its children first: a wrapper that is told to end leaves them alone.
            started = [*process.children(recursive=True), process]
            for one in started:
                # One may end as another does.
                with suppress(psutil.NoSuchProcess):
                    one.terminate()
            _, alive = psutil.wait_procs(started, timeout=20)
            for one in alive:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            psutil.wait_procs(alive)
