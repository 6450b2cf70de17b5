"""A page as the statements of its cells, and which of them each check rests on.

A statement rests on those that set the names it uses, and on what they rest on. A check compares forms of an equation:
whatever some of its forms rest on, and not all of them, is a part of the derivation, and if it is wrong that has to
show. What all forms rest on is the example itself, and the equation holds at any example.
"""

import ast
import dis
from types import CodeType

from equations import TAG

# What a page calls without which its checks would be the same.
LOOKED_AT = {"print", "show", "picture", "source", "answer", "refute", "compare"}
# A function of this module moves the arrays or the network that it is given.
MOVER = "descent"


def read(text):
    """The cells of a page, each with its type, its source and its tags."""
    # Not at the top: a process without jupytext is half as large, and copies of itself are half the work.
    from build import source

    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in source(text).cells]


class Statement:
    """One statement at the top level of a cell, with the names it sets and uses."""

    def __init__(self, node):
        self.node, self.code = node, compiled(node)
        self.sets, self.uses = names(node)
        self.checks = [call for call in ast.walk(node) if is_call(call, {"check"})]
        # A check in a loop may use what the loop itself sets: what that rests on, name by name.
        self.inner = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Assign) and part is not node and not isinstance(node, ast.FunctionDef):
                for name in set().union(*map(stored, part.targets)):
                    self.inner.setdefault(name, set()).update(names(part.value)[1])
            if isinstance(part, ast.For):
                for name in stored(part.target):
                    self.inner.setdefault(name, set()).update(names(part.iter)[1])

    @property
    def equations(self):
        """The numbers of the equations that are checked in it."""
        return dict.fromkeys(call.args[0].value for call in self.checks)

    def of_form(self, form):
        """The names from before this statement that a form in it rests on."""
        found = reached(names(form)[1], lambda name: self.inner.get(name, ()))
        return {name for name in found if name not in self.inner or name in self.uses}


class Page:
    """The statements of a page, and which of them each check rests on."""

    def __init__(self, name, cells):
        self.name, self.statements, self.generators, modules = name, [], set(), set()
        prose = "\n".join(text for kind, text, _ in cells if kind == "markdown")
        self.equations = TAG.findall(prose)
        for code in [text for kind, text, tags in cells if kind == "code" and "nbval-ignore-output" not in tags]:
            for node in Cut().visit(ast.parse(code)).body:
                statement = Statement(node)
                if isinstance(node, ast.Assign) and "default_rng" in ast.unparse(node.value):
                    self.generators |= stored(node.targets[0])
                if isinstance(node, ast.Import | ast.ImportFrom):
                    modules |= statement.sets
                else:
                    statement.sets -= modules
                # A draw moves the generator on.
                statement.sets |= statement.uses & self.generators
                self.statements.append(statement)
        # For each statement, which one before it set a name last.
        self.setters, self.slices, setter = [], {}, {}
        for n, statement in enumerate(self.statements):
            self.setters.append(dict(setter))
            setter |= dict.fromkeys(statement.sets, n)

    def first_line(self, n):
        """How a report names the n-th statement."""
        return ast.unparse(self.statements[n].node).splitlines()[0][:90]

    def rests_on(self, n, uses):
        """The statements before the n-th that these names rest on."""
        setters = self.setters[n]

        def read_when_called(name):
            setter = self.statements[setters[name]] if name in setters else None
            return setter.uses if setter and isinstance(setter.node, ast.FunctionDef) else ()

        found = {setters[name] for name in reached(uses, read_when_called) if name in setters}
        return found.union(*map(self.slice, found))

    def slice(self, n):
        """The statements that the n-th rests on."""
        if n not in self.slices:
            self.slices[n] = self.rests_on(n, self.statements[n].uses)
        return self.slices[n]

    def given(self, n):
        """Whether a statement brings in the example, or a module: numbers written out, or drawn."""
        node = self.statements[n].node
        if not isinstance(node, ast.Assign):
            return isinstance(node, ast.Import | ast.ImportFrom)
        return all(
            literal(value.args[0] if calls(value, "np.array") else value) or self.drawn(value)
            for value in (node.value.elts if isinstance(node.value, ast.Tuple) else [node.value])
        )

    def drawn(self, value):
        home = ast.unparse(value.func).rpartition(".")[0] if isinstance(value, ast.Call) else None
        return home in {"np.random", "data", *self.generators}

    def parts(self, n):
        """The statements that some forms of the n-th statement's checks rest on, and others do without."""
        parts = set()
        for call in self.statements[n].checks:
            slices = [self.rests_on(n, self.statements[n].of_form(form)) for form in call.args[1:]]
            slices = [{m for m in found if not self.given(m)} for found in slices]
            # A bare number rests on nothing; if only one form does not, what that one rests on may be anything.
            real = [found for found in slices if found]
            if len(real) == 1:
                parts |= real[0] & {self.setters[n].get(name) for name in self.statements[n].of_form(call)}
            elif real:
                parts |= set.union(*real) - set.intersection(*real)
        return parts


def reached(names, onwards):
    """These names, and all that ``onwards`` leads to from them."""
    found, waiting = set(), list(names)
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += onwards(name)
    return found


def compiled(node):
    return compile(ast.fix_missing_locations(ast.Module([node], [])), "<page>", "exec")


class Cut(ast.NodeTransformer):
    """Cuts out what is only shown, printed or compared."""

    def visit_Expr(self, part):
        return ast.Pass() if is_call(part.value, LOOKED_AT) else part


def is_call(node, of):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in of


def calls(node, function):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == function


def literal(node):
    """Numbers written out, as an example's are."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def stored(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def names(node):
    """The names that a piece of code sets, and those it uses from before, as the compiler sees them."""
    sets, uses = set(), set()

    def visit(code, own):
        for step in dis.get_instructions(code):
            if step.opname == "STORE_NAME":
                own.add(step.argval)
            elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in own | sets:
                uses.add(step.argval)
            elif isinstance(step.argval, CodeType):
                # What a function or a class sets is its own.
                visit(step.argval, set())

    visit(compiled(node if isinstance(node, ast.stmt) else ast.Expr(node)), sets)
    return sets | set(moved(node)), uses


def moved(node):
    """The names of what a statement writes into: a list, a dict, an array."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return
    parts = []
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
        parts = [node]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        # It is called for what it changes: a list it appends to, an array or a network that a step moves.
        function = node.value.func
        given = [part for a in node.value.args for part in (a.elts if isinstance(a, ast.List) else [a])]
        parts = [function, *(given if ast.unparse(function).startswith(f"{MOVER}.") else [])]
    for part in parts:
        while isinstance(part, ast.Subscript | ast.Attribute):
            part = part.value
        if isinstance(part, ast.Name):
            yield part.id
    for part in ast.iter_child_nodes(node):
        yield from moved(part)
