"""What a notebook stores and nbval does not compare: its pictures, with their words, and its live views."""

import re
from base64 import b64decode
from functools import cache
from io import BytesIO

import numpy as np
from matplotlib.image import imread

# A picture is seen through so many panes each way, as the mean colour of each. It is another one where these differ by
# more than this, on average and of 1. The most alike of the series differ by 0.025, times measured anew by 0.007.
PANES, ANOTHER = 32, 0.015
EMBEDDED = re.compile(r'<img alt="([^"]*)" src="data:image/png;base64,([^"]*)">')


def difference(stored, drawn):
    """What sets the stored outputs of a cell apart from those that it has now, in words; none where nothing does."""
    stored, drawn = ([parts(output) for output in outputs if "data" in output] for outputs in (stored, drawn))
    if [words for words, _ in stored] != [words for words, _ in drawn]:
        return f"What is stored says\n{stored}\nand the cell says\n{drawn}"
    for (words, old), (_, new) in zip(stored, drawn, strict=True):
        if not all(map(alike, old, new)):
            return f"What is stored is not the picture that the cell draws, with the words\n{words}"
    return ""


def parts(output):
    """The words of a picture or a live view, and its pictures, each a PNG in base64."""
    data, html = output["data"], output["data"].get("text/html", "")
    if "image/png" in data:
        return [data["text/plain"], output["metadata"]["image/png"]["alt"]], [data["image/png"]]
    alts, pngs = zip(*EMBEDDED.findall(html), strict=True) if "<img" in html else ((), ())
    return [re.sub("<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL), *alts], [*pngs]


def alike(png, other):
    """Whether two pictures are one and the same, but for what another machine draws a little differently."""
    return np.abs(panes(png) - panes(other)).mean() <= ANOTHER


@cache
def panes(png):
    pixels = imread(BytesIO(b64decode(png)))[..., :3]
    height, width = (n // PANES for n in pixels.shape[:2])
    return pixels[: height * PANES, : width * PANES].reshape(PANES, height, PANES, width, 3).mean(axis=(1, 3))
