"""Every view of the book, awake, at three widths, light and dark: python tests/book/screenshots.py [04 05 ...]

Pictures to be looked at, before a change and after it. They go to screenshots/.
"""

import sys
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / folder) for folder in ("tests/browser", "tests/support", "notebooks", "book")]

import hosted  # noqa: E402
import lab  # noqa: E402
import pyodide  # noqa: E402
from booked import Reading  # noqa: E402
from chromium import find  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from serve import SITE  # noqa: E402

WIDTHS, SCHEMES = (1600, 1366, 360), ("light", "dark")
# So high that no view is cut, and nothing that stays in sight lies over it.
HEIGHT = 2600
SHOTS = ROOT / "screenshots"


def take(reading, page, look):
    """A picture of each view of a page."""
    for n, view in enumerate(reading.views):
        view.awake()
        # Otherwise what is not in sight has no size yet, and the page moves under the picture.
        reading.page.evaluate("document.documentElement.classList.add('nn-whole')")
        view.place.screenshot(path=SHOTS / f"{page}_{n}_{look}.png", animations="disabled")


def main(beginnings):
    pages = sorted(path.stem for path in SITE.glob("*.html") if path.stem.startswith(tuple(beginnings or [""])))
    SHOTS.mkdir(exist_ok=True)
    with hosted.published(SITE, pyodide.gather()) as (site, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=lab.FLAGS)
        for width, scheme in product(WIDTHS, SCHEMES):
            context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme)
            for page in pages:
                reading = Reading(context, site.address, page)
                take(reading, page, f"{width}_{scheme}")
                reading.page.close()
            context.close()
        browser.close()
    print(f"{len([*SHOTS.iterdir()])} pictures in {SHOTS.relative_to(ROOT)}/")


if __name__ == "__main__":
    main(sys.argv[1:])
