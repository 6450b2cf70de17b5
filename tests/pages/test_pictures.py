"""The stored pictures: each cell draws its own when it is run (see conftest.py), and an exchange is noticed."""

from base64 import b64encode

import pictures
from series import PATHS, code_cells, every_notebook

from nn_notes.explore import SPEC


def seen(output):
    """The pictures of an output, without the board that its view begins with."""
    return [picture for picture in pictures.parts(output)[1] if not picture.startswith("<div")]


def drawn(*paths):
    """The outputs that hold a picture."""
    outputs = [output for path in paths for cell in code_cells(path) for output in cell.outputs if "data" in output]
    return [output for output in outputs if seen(output)]


def exchanged(output, own, other):
    """An output with another picture in the place of its own, under its own words."""
    if "<" in own:
        own, other = (b64encode(svg.encode()).decode() for svg in (own, other))
    data = {kind: value if kind == SPEC else value.replace(own, other) for kind, value in output["data"].items()}
    return {**output, "data": data}


@every_notebook
def test_the_picture_of_another_cell_is_noticed(path):
    assert drawn(path)
    every = [(output, picture) for output in drawn(*PATHS) for picture in seen(output)]
    for output in drawn(path):
        assert not pictures.difference([output], [output])
        for own in seen(output):
            for other, picture in every:
                if picture != own and ("<" in picture) == ("<" in own):
                    found = pictures.difference([exchanged(output, own, picture)], [output])
                    assert found.startswith("What is stored is not the picture that the cell draws"), found
                if other is not output:
                    assert pictures.difference([other], [output]).startswith("What is stored says")


@every_notebook
def test_words_that_only_those_read_who_do_not_see_the_picture_are_those_of_the_cell(path):
    for output in drawn(path):
        if "image/png" in output["data"]:
            alt = {"image/png": {**output["metadata"]["image/png"], "alt": "Something else."}}
            assert pictures.difference([{**output, "metadata": alt}], [output]).startswith("What is stored says")
