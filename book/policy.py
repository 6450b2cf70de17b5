"""A content security policy in every page: what it runs and loads is the book's own, and Pyodide's from its address."""

import base64
import json
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

CHARSET = '<meta charset="utf-8">'
INLINE = re.compile(r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>(.*?)</script>", re.DOTALL)


def secure(app, error):
    if error:
        return
    pins = json.loads(Path(app.outdir, "_static/page/pyodide.json").read_text(encoding="utf-8"))
    origin = urlsplit(pins["base"])
    python = f" {origin.scheme}://{origin.netloc}" if origin.netloc else ""
    for path in sorted(Path(app.outdir).rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        digests = (base64.b64encode(sha256(code.encode()).digest()).decode() for code in INLINE.findall(page))
        scripts = "".join(f" 'sha256-{digest}'" for digest in dict.fromkeys(digests))
        policy = "; ".join([
            "default-src 'none'",
            f"script-src 'self' 'wasm-unsafe-eval'{python}{scripts}",
            # Mathematics and coloured cells have their styles in place.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self'{python}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'self'",
            "form-action 'self'",
        ])  # fmt: skip
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        path.write_text(page.replace(CHARSET, CHARSET + meta, 1), encoding="utf-8")


def setup(app):
    app.connect("build-finished", secure)
    return {"parallel_read_safe": True}
