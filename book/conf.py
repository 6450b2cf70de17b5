"""How Sphinx builds the book; ``build.py`` lays out what from."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import nn_notes

project = "nn_notes"
version = release = nn_notes.__version__
copyright = ""
html_show_copyright = False
language = "en"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "formulas", "references", "head", "policy"]

# The notebooks are executed by their own build.
nb_execution_mode = "off"
nb_merge_streams = True
nb_code_prompt_show = nb_code_prompt_hide = "The code of this picture"
myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_labels = False
# A page's sections are linked from other pages.
myst_heading_anchors = 3

napoleon_numpy_docstring = False
# What stands before a colon is no type.
napoleon_use_rtype = False
# What has a space in it is prose: no name that could be found.
nitpick_ignore_regex = [("py:.*", ".* .*")]
autodoc_member_order = "bysource"
autodoc_typehints = "none"

# Copies for readers, and what stands above the site.
exclude_patterns = ["_static", "_root"]
templates_path = ["templates"]
html_theme = "furo"
html_title = "nn_notes"
html_baseurl = os.environ.get("BASE_URL", "")
html_static_path = ["_build/source/_static"]
html_favicon = "static/favicon.svg"
html_css_files = ["katex.css", "book.css", "page/explore.css", "page/page.css"]
html_extra_path = ["_build/source/_root"]
html_js_files = [("book.js", {"defer": "defer"})]
html_math_renderer = "typeset"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_domain_indices = False


def setup(app):
    # A field of a named tuple is told by its class.
    app.connect(
        "autodoc-skip-member", lambda app, what, name, obj, skip, options: skip or type(obj).__name__ == "_tuplegetter"
    )
