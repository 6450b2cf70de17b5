"""The stored pictures: each cell draws its own when it is run (see conftest.py), and an exchange is noticed."""

import pictures
from series import PATHS, code_cells, every_notebook


def drawn(*paths):
    """The outputs that hold a picture."""
    outputs = [output for path in paths for cell in code_cells(path) for output in cell.outputs if "data" in output]
    return [output for output in outputs if pictures.parts(output)[1]]


def exchanged(output, other):
    """An output with the picture of another one, under its own words."""
    (own,), (png,) = pictures.parts(output)[1], pictures.parts(other)[1]
    return {**output, "data": {kind: value.replace(own, png) for kind, value in output["data"].items()}}


@every_notebook
def test_the_picture_of_another_cell_is_noticed(path):
    assert drawn(path)
    for output in drawn(path):
        assert not pictures.difference([output], [output])
        for other in drawn(*PATHS):
            if other is not output:
                found = pictures.difference([exchanged(output, other)], [output])
                assert found.startswith("What is stored is not the picture that the cell draws"), found
                assert pictures.difference([other], [output]).startswith("What is stored says")


@every_notebook
def test_words_that_only_those_read_who_do_not_see_the_picture_are_those_of_the_cell(path):
    for output in drawn(path):
        if "image/png" in output["data"]:
            alt = {"image/png": {**output["metadata"]["image/png"], "alt": "Something else."}}
            assert pictures.difference([{**output, "metadata": alt}], [output]).startswith("What is stored says")
