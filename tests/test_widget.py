"""Live views in Jupyter: two outputs, and messages that go to the view and come back."""

import pytest
from build import WIDGET_VIEW
from page import small_view

from nn_notes import widget


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, and what is sent to the page."""
    outputs, sent = [], []
    monkeypatch.setattr(widget, "display", lambda bundle, raw: outputs.append(bundle))
    monkeypatch.setattr(widget.Widget, "send", lambda self, content, buffers=None: sent.append(content))
    return outputs, sent


def test_the_still_picture_and_the_widget_are_two_outputs(shown):
    view = small_view()
    widget.show(view)
    still, live = shown[0]
    assert still == view._repr_mimebundle_()
    # A page that has no widgets has nothing to show for the other one.
    assert live.keys() == {WIDGET_VIEW}


def test_messages_go_to_the_view_and_come_back(shown):
    carrier, twin = widget.Widget(small_view()), small_view()
    assert carrier.spec == twin.spec
    for steps in ([{"open": True}], [{"set": "z", "entry": 0, "to": 1.5}], [{"act": "Fail"}]):
        carrier._handle_custom_msg(steps, [])
        assert shown[1].pop() == twin.answer(steps)
