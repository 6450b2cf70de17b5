"""What a notebook stores and nbval does not compare: its pictures, with their words, and its live views."""

import json
import re
from base64 import b64decode
from functools import cache
from io import BytesIO

import numpy as np
from matplotlib.image import imread

from nn_notes.explore import SPEC

# A picture is seen through so many panes each way, as the mean colour of each. It is another one where these differ by
# more than this, on average and of 1. The most alike of the series differ by 0.025, times measured anew by 0.007.
PANES, ANOTHER = 32, 0.015
EMBEDDED = re.compile(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">')
# Of a drawing, in tenths of a pixel.
A_LITTLE = 1


def difference(stored, drawn):
    """What sets the stored outputs of a cell apart from those that it has now, in words; none where nothing does."""
    # The widget that takes a still picture's place has no words, and is not stored.
    stored, drawn = (
        [parts(output) for output in outputs if "text/plain" in output.get("data", {})] for outputs in (stored, drawn)
    )
    if [words for words, _ in stored] != [words for words, _ in drawn]:
        return f"What is stored says\n{stored}\nand the cell says\n{drawn}"
    for (words, old), (_, new) in zip(stored, drawn, strict=True):
        if not all(map(alike, old, new)):
            return f"What is stored is not the picture that the cell draws, with the words\n{words}"
    return ""


def parts(output):
    """The words of a picture or a live view, and its pictures, each a PNG in base64 or a text with SVG in it."""
    data, html = output["data"], output["data"].get("text/html", "")
    if "image/png" in data:
        return [data["text/plain"], output["metadata"]["image/png"]["alt"]], [data["image/png"]]
    if SPEC not in data:
        return [re.sub("<[^>]*>", " ", html)], []
    # Another machine may find other last digits.
    spec = json.loads(data[SPEC], parse_float=lambda digits: f"{float(digits):.9g}")
    board = spec["opening"].pop("board")
    alts, svgs = zip(*EMBEDDED.findall(html), strict=True) if "<img" in html else ((), ())
    said = [re.sub("<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL) for text in (html, board)]
    return [*said, *alts, spec], [*(b64decode(svg).decode() for svg in svgs), board]


def alike(picture, other):
    """Whether two pictures are one and the same, but for what another machine draws a little differently."""
    if "<" not in picture + other:
        return np.abs(panes(picture) - panes(other)).mean() <= ANOTHER
    (one, *paths), (two, *others) = (re.split(r' d="([^"]*)"', text) for text in (picture, other))
    return [one, *paths[1::2]] == [two, *others[1::2]] and all(map(_along, paths[::2], others[::2]))


def _along(path, other):
    """Whether two paths lead through the same places, or nearly."""
    if re.sub("-?[0-9]+", "0", path) != re.sub("-?[0-9]+", "0", other):
        return False
    one, two = (np.array(re.findall("-?[0-9]+", d), float) for d in (path, other))
    return bool((np.abs(one - two) <= A_LITTLE).all())


@cache
def panes(png):
    pixels = imread(BytesIO(b64decode(png)))[..., :3]
    height, width = (n // PANES for n in pixels.shape[:2])
    return pixels[: height * PANES, : width * PANES].reshape(PANES, height, PANES, width, 3).mean(axis=(1, 3))
