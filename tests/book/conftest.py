"""The built book, served on this machine, and Chromium; no page may ask any other machine for anything."""

from urllib.parse import urlsplit

import pytest
import site_served as served
from playwright.sync_api import sync_playwright
