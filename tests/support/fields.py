"""Numbers in prose, against the run of their notebook."""

from functools import cache, partial

from build import NOTEBOOKS, asked, filled, source


@cache
def written(page):
    """The cells of a page as they are written, with its fields."""
    return source(NOTEBOOKS / "text" / f"{page}.md").cells


def difference(item):
    """What the prose below a cell of a notebook has, and its run has not; none where they are the same.

    What stands above the first cell is below it too.
    """
    ran = 0
    ask = partial(item.parent.kernel.kc.execute, "", store_history=False, reply=True, timeout=60)
    for cell, stored in zip(written(item.path.stem), item.parent.nb.cells, strict=False):
        ran += stored.cell_type == "code"
        if (asks := asked(cell)) and item.cell_num == max(ran - 1, 0):
            reply = ask(user_expressions=asks)
            if (now := filled(cell, reply["content"]["user_expressions"])) != stored.source:
                return f"What is stored says\n{stored.source}\nand the run says\n{now}"
    return ""
