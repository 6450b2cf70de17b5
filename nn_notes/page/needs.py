"""What a cell of a notebook needs, so that a page runs and loads this alone: names followed backwards."""

import ast
import symtable

# Statements that bind their names whatever happens.
ALWAYS = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
# Methods that leave what they are called on as it was.
HARMLESS = {
    "all", "any", "argmax", "argmin", "argsort", "as_integer_ratio", "astype", "copy", "cumsum", "derivative",
    "diagonal", "dot", "encode", "endswith", "flatten", "format", "forward", "get", "gradient", "index", "is_integer",
    "item", "items", "jacobian", "join", "keys", "ljust", "max", "mean", "min", "nonzero", "ravel", "removesuffix",
    "repeat", "replace", "reshape", "rjust", "round", "split", "splitlines", "squeeze", "startswith", "std", "strip",
    "sum", "take", "tobytes", "tolist", "trace", "transpose", "values", "var", "vjp", "zfill",
}  # fmt: skip

# Packages that are large and seldom wanted: what is imported from such a module is there with the first cell to use it.
LATE = {"nn_notes.plots": "matplotlib"}


def plan(sources):
    """What has to be there before the last cell of a page is run: a dict.

    ``order`` has the numbers of the cells to run, that one last; ``packages`` the names of those that they want.

    Args:
        sources: the code of the cells up to it.
    """
    last = len(sources) - 1
    try:
        order = [*needs(sources), last]
    except SyntaxError:
        # It is found again, and shown, where the cell is run.
        order = [*range(len(sources))]
    parts = [statement for n in order for statement in statements(sources[n])]
    used = names_read(parts)
    packages = {package for part in parts for name, package in late(part).items() if name in used}
    return {"order": order, "packages": sorted(packages)}


def statements(code):
    """The statements of code; none where it cannot be read."""
    try:
        return ast.parse(code).body
    except SyntaxError:
        return []


def names_read(statements):
    """The names that statements read, those within their functions too."""
    parts = (part for statement in statements for part in ast.walk(statement))
    return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def late(statement):
    """The names that a statement imports late, each with the package that it wants."""
    if isinstance(statement, ast.ImportFrom) and statement.module in LATE:
        return {alias.asname or alias.name: LATE[statement.module] for alias in statement.names}
    return {}


def needs(sources):
    """The numbers of the earlier cells that the last cell needs, in order.

    A name that may have been changed since it was bound needs both cells.

    Args:
        sources: the code of the cells.
    """
    *cells, last = map(_Cell, sources)
    imported = last.imported.union(*(cell.imported for cell in cells))
    stateful = set().union(*(cell.stateful for cell in cells))
    reads = {}
    for cell in (*cells, last):
        for name, free in cell.functions.items():
            reads.setdefault(name, set()).update(free)
    found, wanted = [], _with_theirs(last.uses, reads)
    for n, cell in reversed([*enumerate(cells)]):
        # Nothing is changed by a call of what a module has, but for a setting.
        changes = cell.changes - imported | cell.settings
        if wanted & (cell.binds | changes | cell.uses & stateful):
            found.append(n)
            # Bound anew there, so what stood in the name before is no matter, but for what the cell itself reads.
            wanted = wanted - cell.binds_first | _with_theirs(cell.uses, reads)
    return found[::-1]


def _with_theirs(names, reads):
    """Names, and those that the functions among them read when they are called."""
    names, new = set(names), set(names)
    while new:
        new = set().union(*(reads.get(name, ()) for name in new)) - names
        names |= new
    return names


class _Cell:
    """What a cell reads, binds and changes.

    ``binds_first`` are the names that it binds in a statement of its own, whatever happens, before it reads them.
    """

    def __init__(self, source):
        tree = ast.parse(source)
        self.imported, self.settings = set(), set()
        self.binds, self.changes, self.stateful, self.functions = set(), set(), set(), {}
        self.uses, self.binds_first = _read(tree.body)
        for statement in tree.body:
            bound = _bound(statement)
            self.binds |= bound
            self.changes |= _changed(statement)
            match statement:
                case ast.FunctionDef() | ast.ClassDef():
                    self.functions |= dict.fromkeys(bound, _loaded(statement))
                case ast.Assign(value=value):
                    if any(isinstance(part, ast.Lambda) for part in ast.walk(value)):
                        self.functions |= dict.fromkeys(bound, _loaded(value))
                    if "default_rng" in ast.unparse(value):
                        self.stateful |= bound
                case ast.Import() | ast.ImportFrom():
                    self.imported |= bound
                case ast.Expr():
                    self.settings |= _set(statement)


def _read(statements):
    """The names that statements in a row read before they bind them, and those that they bind whatever happens."""
    read, bound = set(), set()
    for statement in statements:
        match statement:
            case ast.For(target=target, iter=before, body=body, orelse=after):
                within = _read(body)[0] | _read(after)[0]
                read |= (_loaded(before) | within - _bound(target)) - bound
            case ast.With(items=items, body=body):
                named = set().union(*(_bound(item.optional_vars) for item in items if item.optional_vars))
                opened = set().union(*(_loaded(item.context_expr) for item in items))
                read |= (opened | _read(body)[0] - named) - bound
            case _:
                read |= _loaded(statement) - bound
                if isinstance(statement, ALWAYS):
                    bound |= _bound(statement) - read
    return read, bound


def _loaded(node):
    """The names that a statement or an expression reads from outside of it: not those of its own functions."""
    scopes, found = [symtable.symtable(ast.unparse(node), "", "exec")], set()
    while scopes:
        scope = scopes.pop()
        scopes += scope.get_children()
        symbols = (symbol for symbol in scope.get_symbols() if symbol.is_referenced())
        found |= {symbol.get_name() for symbol in symbols if scope.get_type() == "module" or symbol.is_global()}
    return found


def _bound(node):
    """The names that a statement binds where it stands, not within functions."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return set()
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.Name(id=name, ctx=ast.Store()):
            return {name}
    return set().union(*map(_bound, ast.iter_child_nodes(node)))


def _changed(statement):
    """The names whose values a statement may change in place."""
    found = set()
    for part in ast.walk(statement):
        match part:
            case ast.AugAssign(target=target):
                found.add(_root(target))
            case ast.Subscript(ctx=ast.Store() | ast.Del()) | ast.Attribute(ctx=ast.Store() | ast.Del()):
                found.add(_root(part))
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if name not in HARMLESS:
                found.add(_root(value))
    return found - {None}


def _set(statement):
    """The module in which a statement changes a setting: ``np.set_printoptions(…)``."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name))) if "set" in name:
            return {module}
    return set()


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
