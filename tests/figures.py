"""Where each part of the tests writes down what it counted and measured, for the report on trust."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".figures"


def file(name):
    return FOLDER / f"{name}.json"


def write(name, measured):
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(measured, indent=1, sort_keys=True, ensure_ascii=False)
    file(name).write_text(text + "\n", encoding="utf-8")


def read(name):
    return json.loads(file(name).read_text(encoding="utf-8"))
