"""Which cells of a notebook a cell needs, so that a page runs these alone: names followed backwards."""

import ast

# Methods that leave what they are called on as it was.
HARMLESS = {
    "all", "any", "argmax", "argmin", "argsort", "as_integer_ratio", "astype", "copy", "cumsum", "derivative",
    "diagonal", "dot", "encode", "endswith", "flatten", "format", "forward", "get", "gradient", "index", "is_integer",
    "item", "items", "jacobian", "join", "keys", "ljust", "max", "mean", "min", "nonzero", "ravel", "removesuffix",
    "repeat", "replace", "reshape", "rjust", "round", "split", "splitlines", "squeeze", "startswith", "std", "strip",
    "sum", "take", "tobytes", "tolist", "trace", "transpose", "values", "var", "vjp", "zfill",
}  # fmt: skip


def needs(sources):
    """To each cell the numbers of the earlier cells that it needs, in order.

    Args:
        sources: the code of the cells.

    Returns:
        A list to each cell. A name that may have been changed since it was bound needs both cells.
    """
    cells = [_Cell(source) for source in sources]
    imported = set().union(*(cell.imported for cell in cells))
    for cell in cells:
        # Nothing is changed by a call of what a module has, but for a setting.
        cell.changes = cell.changes - imported | cell.settings
    reads = {}
    for cell in cells:
        for name, free in cell.functions.items():
            reads.setdefault(name, set()).update(free)
    stateful = set().union(*(cell.stateful for cell in cells))
    return [_before(n, cells, reads, stateful) for n in range(len(cells))]


def _before(n, cells, reads, stateful):
    found, wanted = [], _with_theirs(cells[n].uses, reads)
    for m in reversed(range(n)):
        cell = cells[m]
        if wanted & (cell.binds | cell.changes | cell.uses & stateful):
            found.append(m)
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
        self.uses, self.binds, self.changes, self.stateful, self.functions = set(), set(), set(), set(), {}
        self.binds_first = set()
        for statement in tree.body:
            reads = _loaded(statement)
            bound = _bound(statement)
            if isinstance(
                statement, (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
            ):
                self.binds_first |= bound - self.uses - reads
            self.uses |= reads
            self.binds |= bound
            if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                self.functions[statement.name] = reads
            if isinstance(statement, ast.Assign):
                if any(isinstance(part, ast.Lambda) for part in ast.walk(statement.value)):
                    self.functions |= dict.fromkeys(bound, reads)
                if "default_rng" in ast.unparse(statement.value):
                    self.stateful |= bound
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                self.imported |= bound
            self.settings |= _set(statement)
            self.changes |= _changed(statement)


def _loaded(node):
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


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
