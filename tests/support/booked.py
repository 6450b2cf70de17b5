"""A page of the book as a reader has it before him."""

from served import at_rest, wait_for

from nn_notes.explore import Choice


def painted(place):
    """The text of a place as it is painted, which it is only near what is in sight."""
    place.scroll_into_view_if_needed()
    wait_for(lambda: place.evaluate("place => place.checkVisibility({ contentVisibilityAuto: true })"))
    return place.inner_text().strip()


DOWN = """async (most) => {
    document.querySelectorAll("details").forEach(details => { details.open = true });
    const late = (done) => setTimeout(done, 1000 * most, false);
    const frame = () => Promise.race([new Promise(requestAnimationFrame), new Promise(late)]);
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
        scrollTo(0, y);
        if (!(await frame() && await frame())) return false;
    }
    scrollTo(0, 0);
    return true;
}"""
# Seconds that a frame may take, and how often a page is opened for the reader to come to its end.
FRAME, TIMES = 60, 3


def read_through(open_page):
    """What a function opens, gone down to its end as by a reader who unfolds everything: all was laid out once.

    On a busy machine Chromium sometimes draws a page no further. Its compositor then waits for tiles that none of its
    threads is painting any more ("Not activating because pending tree not ready"), wherever the page is and whatever
    stands there; who opens it anew can read on.
    """
    for _ in range(TIMES):
        page = open_page()
        if page.evaluate(DOWN, FRAME):
            return page
    raise AssertionError(f"{page.url} was opened {TIMES} times, and each time a frame took more than {FRAME} s")


class Reading:
    """A page of the book, opened in a browser context."""

    def __init__(self, context, address, name):
        page = context.new_page()
        page.goto(f"{address}{name}.html")
        self._look(page)

    @classmethod
    def of(cls, page):
        """What now stands in a page."""
        reading = cls.__new__(cls)
        reading._look(page)
        return reading

    def _look(self, page):
        self.page = page
        self.views = [View(self.page, place) for place in self.page.locator(".nn-book-view").all()]
        self.cells = [Cell(page, place) for place in self.page.locator("div.cell").all()]

    def proof(self, number):
        """Press the mark of an equation: what it shows."""
        mark = self.page.get_by_role("button", name=f"Prove equation ({number}) here")
        at_rest(mark).click()
        # One cell may check two equations: it is the place behind this mark.
        place = mark.locator("xpath=../following-sibling::*[1]")
        wait_for(lambda: f"({number})" in place.text_content() and not place.locator("> .nn-status").count())
        return painted(place)


class View:
    """A live view in a page."""

    def __init__(self, page, place):
        self.page, self.place = page, place

    def status(self):
        return self.place.locator(".nn-status").text_content()

    def awake(self):
        """Scroll to it, and wait until it has answered."""

        def answers():
            # What comes near is laid out only then, and may push it away.
            self.place.scroll_into_view_if_needed()
            return self.status() == "" and not self.busy()

        wait_for(answers)
        return self

    def busy(self):
        return self.place.locator(".nn-live").get_attribute("aria-busy") == "true"

    def settled(self):
        wait_for(lambda: not self.busy())
        return self

    def press(self, label):
        at_rest(self.place.get_by_role("button", name=label, exact=True)).click()
        return self

    def do(self, step, controls):
        """Do what a step says, by the control that stands for it."""
        if "act" in step:
            return self.press(step["act"])
        control, entry = controls[step["set"]], step.get("entry")
        stops = control.stops if entry is None else control.stops[entry]
        to = step["to"] if stops is None else stops.index(step["to"])
        if entry is None:
            label = control.spec["label"]
        else:
            # The one that is chosen has the large slider.
            self.place.get_by_role("slider", name=control.spec["labels"][entry], exact=True).first.focus()
            label = f"Move {control.spec['labels'][entry]}"
        event = "change" if isinstance(control, Choice) else "input"
        self.place.locator(f'[aria-label="{label}"]').evaluate(
            "(input, [to, event]) => { input.value = to; input.dispatchEvent(new Event(event, { bubbles: true })) }",
            [to, event],
        )
        return self

    def near(self):
        """Come so near that it is live, and not yet so near that it wakes."""

        def lives():
            self.place.evaluate("place => scrollBy(0, place.getBoundingClientRect().top - 1.5 * innerHeight)")
            return self.place.locator(".nn-board").count()

        wait_for(lives)
        return self

    def shown(self):
        """All that stands on its board: the cells, the sentences and captions, and the curves."""
        return self.place.locator(".nn-board").evaluate("""board => ({
            cells: [...board.querySelectorAll('td')].map(cell => cell.textContent),
            texts: [...board.querySelectorAll('caption, .nn-text')].map(text => text.textContent),
            paths: [...board.querySelectorAll('.nn-mark')].map(path => path.getAttribute('d')),
        })""")

    def slide(self, label, key="ArrowRight"):
        slider = self.place.get_by_role("slider", name=label, exact=True)
        slider.focus()
        self.page.keyboard.press(key)
        return self


class Cell:
    """A code cell in a page."""

    def __init__(self, page, place):
        self.page, self.place = page, place

    def press(self, label):
        # Code that only draws is folded.
        if (fold := self.place.locator("details.hide:not([open]) > summary")).count():
            at_rest(fold).click()
        at_rest(self.place.get_by_role("button", name=label, exact=True)).click()

    def write(self, code):
        """Put other code in the place of what is there."""
        editor = self.place.locator(".cm-content")
        if not editor.count():
            self.press("Edit")
        at_rest(editor).click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(code)

    def otherwise(self):
        """Why it puts out something else in a browser than what is stored, if it does."""
        return self.place.get_attribute("data-otherwise")

    def stored(self):
        """The output that the notebook has."""
        return painted(self.place.locator(".cell_output:not(.nn-output)"))

    def run(self):
        """Run it, and give what it puts out as text."""
        self.press("Run")
        return self.output()

    def output(self):
        place = self.place.locator(".nn-output")
        wait_for(lambda: place.is_visible() and not place.locator("> .nn-status").count())
        return painted(place)
