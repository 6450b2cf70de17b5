"""What colours the pages have: blue is below zero, white is zero, and orange is above."""

import re

import numpy as np
from page import number


def hue(colour):
    """−1 for a blue, 0 for white or grey, 1 for an orange: from a style of the page, or from red, green and blue."""
    if isinstance(colour, str):
        hexadecimal = re.search("#([0-9a-f]{6})([0-9a-f]{2})?", colour)
        if hexadecimal:
            colour, share = bytes.fromhex(hexadecimal[1]), int(hexadecimal[2] or "ff", 16)
        else:
            *colour, share = map(float, [*re.search(r"rgba?\((.*?)\)", colour)[1].split(","), "1"][:4])
        if not share:
            return 0
    return int(np.sign(float(colour[0]) - float(colour[2])))


def miscoloured(cells, full):
    """Of cells, pairs of a text and a style, those in a wrong colour, where it is full at a number as large as this."""
    wrong = []
    for text, style in cells:
        x = 0.0 if text in ("·", "…", "NaN") else number(text)
        # What is nearly zero is nearly white.
        if hue(style) != np.sign(x) and (hue(style) or abs(x) > full / 50):
            wrong.append((text, style))
    return wrong
