"""The Python side of a page that computes: it runs cells as Jupyter does, and answers for the views in them.

It runs in the page's worker, and needs nothing beyond ``explore``.
"""

import ast
import builtins
import io
import json
import linecache
import traceback
from base64 import b64encode
from contextlib import redirect_stderr, redirect_stdout

from ..explore import SPEC, View
from .needs import late, names_read, plan, statements

__all__ = ["Runner"]

REPRESENTATIONS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
}


class Runner:
    """Runs cells, and keeps the views that they show.

    There is no hidden state: a cell is run with the earlier ones that it needs, as they now are. What of these ran
    already, from the top of the page down and as it now is, is not run again.

    Args:
        send: called with each output as it comes, as JSON text in the form that a notebook stores.
    """

    def __init__(self, send):
        self._send, self._views, self._kept = send, [], {}
        View.transport = self._show
        builtins.display = self._display

    def plan(self, sources, n):
        """The ``plan`` of cell n of a page; the sources of its cells, and the plan, are JSON texts."""
        return json.dumps(plan(json.loads(sources)[: n + 1]))

    def run(self, sources, order, where):
        """Run cells in order in the namespace ``where``; what the last one puts out is sent.

        Args:
            sources: the code of the cells of a page, as a JSON text.
            order: the numbers of those to run, as a JSON text.
            where: the name of the namespace.

        Returns:
            Whether all went well. Otherwise the error is the last output, also where a cell before the last raises.
        """
        sources = json.loads(sources)
        order = json.loads(order)
        done, namespace = self._kept.pop(where, ({}, {}))
        missing = [n for n in order if n not in done or n == order[-1]]
        if not done or missing[0] <= max(done) or any(sources[n] != code for n, code in done.items()):
            done, namespace, missing = {}, {"__name__": "__main__"}, order
        used = names_read(statement for n in order for statement in statements(sources[n]))
        for code in done.values():
            missed = [statement for statement in statements(code) if used & late(statement).keys()]
            exec(compile(ast.Module(missed, []), "<imports>", "exec"), namespace)
        for n in missing:
            self._put = self._send if n == order[-1] else lambda output: None
            with redirect_stdout(_Stream("stdout", self)), redirect_stderr(_Stream("stderr", self)):
                error = self._cell(f"cell {n + 1}", sources[n], namespace, used)
            if error is not None:
                self._send(json.dumps(error))
                return False
            done[n] = sources[n]
        self._kept[where] = done, namespace
        return True

    def answer(self, number, steps):
        """The answer of a view to steps; both as JSON text."""
        return json.dumps(self._views[number].answer(json.loads(steps)))

    def _cell(self, name, code, namespace, used):
        """Run one cell. Returns its error as an output, or None."""
        file = f"<{name}>"
        # So that a traceback, and inspect, find its lines.
        linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
        # It warns anew each time, as in Jupyter.
        namespace.pop("__warningregistry__", None)
        try:
            tree = ast.parse(code, file)
            tree.body = [statement for statement in tree.body if used & late(statement).keys() or not late(statement)]
            value, last = None, tree.body[-1] if tree.body else None
            if isinstance(last, ast.Expr) and not code.rstrip().endswith(";"):
                tree.body.pop()
                exec(compile(tree, file, "exec"), namespace)
                value = eval(compile(ast.Expression(last.value), file, "eval"), namespace)
            else:
                exec(compile(tree, file, "exec"), namespace)
            if value is not None:
                self._display(value, kind="execute_result")
        except BaseException as error:
            return _described(error, file)
        return None

    def _display(self, *values, kind="display_data"):
        for value in values:
            if isinstance(value, View):
                self._show(value)
            else:
                data, metadata = _bundle(value)
                self.put({"output_type": kind, "data": data, "metadata": metadata})

    def _show(self, view):
        """The transport of a view: what it is made from goes to the page, with the number to ask for it."""
        self._views.append(view)
        number = {"view": len(self._views) - 1}
        self.put({"output_type": "display_data", "data": {SPEC: view.opening()}, "metadata": {SPEC: number}})

    def put(self, output):
        """Send an output, if it is one of the last cell."""
        self._put(json.dumps(output))


class _Stream(io.TextIOBase):
    """Sends what is written to it."""

    def __init__(self, name, runner):
        self._name, self._runner = name, runner

    def write(self, text):
        if text:
            self._runner.put({"output_type": "stream", "name": self._name, "text": text})
        return len(text)


def _bundle(value):
    """A value in all the forms that it has: data and metadata."""
    if hasattr(value, "_repr_mimebundle_"):
        found = value._repr_mimebundle_(include=None, exclude=None)
        data, metadata = found if isinstance(found, tuple) else (found, {})
    else:
        forms = ((mime, getattr(value, name)()) for mime, name in REPRESENTATIONS.items() if hasattr(value, name))
        data, metadata = {mime: form for mime, form in forms if form is not None}, {}
    data = {mime: b64encode(form).decode() if isinstance(form, bytes) else form for mime, form in data.items()}
    return {"text/plain": repr(value)} | data, metadata


def _described(error, file):
    """An error as a notebook stores it, from the line in the cell on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename != file:
        frames = frames.tb_next
    lines = traceback.format_exception(type(error), error, frames)
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": str(error),
        "traceback": "".join(lines).rstrip().splitlines(),
    }
