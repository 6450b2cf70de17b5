"""What gets installed: the lock and the conda environment say what pyproject.toml says, and the wheel is whole."""

import copy
import email
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

import flit_core.buildapi
import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec
from rattler.exceptions import InvalidMatchSpecError

import nn_notes

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))

# conda-forge's name, where it is another one; its matplotlib brings a windowing toolkit along that nothing here opens.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}
# conda-forge has playwright's Python part for some systems only, and the browser tests have their own command.
NOT_IN_CONDA = {"playwright", "axe-playwright-python"}


def requirements(lines):
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, lines)}


WANTED = requirements(PROJECT["dependencies"] + EXTRAS["lab"] + EXTRAS["test"])
APART = {"peers", "graders", "hub"}
# The lock has all extras but those that have an environment of their own, conda those that one reads and tests with.
LOCKED = requirements(
    PROJECT["dependencies"] + [r for name, extra in EXTRAS.items() if name not in APART for r in extra]
)


def locked():
    """Every entry of the lock: its requirement and its hashes."""
    entries = LOCK.replace("\\\n", " ").splitlines()
    return [
        (Requirement(entry.partition("--hash")[0]), re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))
        for entry in entries
    ]


def test_the_lock_pins_everything_with_hashes():
    for requirement, hashes in locked():
        assert re.fullmatch(r"==[0-9][^*,]*", str(requirement.specifier)), requirement
        assert hashes, requirement


def test_the_lock_names_no_place_to_download_from():
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted)", LOCK, re.MULTILINE)


def test_the_book_s_lock_names_no_place_to_download_from():
    packages = json.loads((ROOT / "book/package-lock.json").read_text(encoding="utf-8"))["packages"]
    own = packages.pop("")
    assert own["dependencies"] == json.loads((ROOT / "book/package.json").read_text(encoding="utf-8"))["dependencies"]
    assert packages and all("resolved" not in entry and entry["integrity"] for entry in packages.values())


def test_the_lock_is_within_the_ranges_of_the_project():
    pinned = [(canonicalize_name(r.name), str(r.specifier).removeprefix("==")) for r, _ in locked()]
    assert set(LOCKED) <= {name for name, _ in pinned}
    for name, version in pinned:
        assert name not in LOCKED or version in LOCKED[name], f"{name} {version}"


def conda_specs():
    return [spec for spec in ENVIRONMENT["dependencies"] if isinstance(spec, str)]


@pytest.mark.parametrize("spec", conda_specs())
def test_conda_specs_are_strictly_valid(spec):
    assert MatchSpec(spec, strict=True).name.normalized == re.match(r"[\w-]+", spec)[0]


@pytest.mark.parametrize("spec", ["numpy=>2.0", "numpy>=2.0,,<3", "numpy>=2.0<3", "numpy>=", "num py>=2"])
def test_strictness_refuses_what_is_not_valid(spec):
    with pytest.raises(InvalidMatchSpecError):
        MatchSpec(spec, strict=True)


def test_the_conda_environment_is_the_project():
    python, pip, *specs = conda_specs()
    wanted = {CONDA_NAMES.get(name, name): ranges for name, ranges in WANTED.items() if name not in NOT_IN_CONDA}
    assert requirements(specs) == wanted
    assert (python, pip) == ("python=3.12", "pip")
    assert "3.12" in Requirement(f"python{PROJECT['requires-python']}").specifier
    assert ENVIRONMENT["dependencies"][-1] == {"pip": ["-e ."]}
    assert ENVIRONMENT["name"] == PROJECT["name"]
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_binder_and_a_hub_plan_an_image_from_the_environment(tmp_path):
    for name in ("environment.yml", "pyproject.toml", "requirements.lock", "Makefile", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "nn_notes", tmp_path / "nn_notes", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(tmp_path)]
    plan = subprocess.run(command, capture_output=True, text=True, check=True)
    plan = plan.stdout + plan.stderr
    assert "Building conda environment for python=3.12" in plan
    assert re.search(r'\benv update -p \S+ --file "environment.yml"', plan)
    # The package itself is installed from the copied repository, so the copy comes first.
    assert plan.index("COPY --chown=0:0 src/ ${REPO_DIR}/") < plan.index('--file "environment.yml"')
    assert "unspecified" not in plan


VALUES = yaml.safe_load((ROOT / "deploy/hub/values.yaml").read_text(encoding="utf-8"))
# As --set-file puts it in.
VALUES["singleuser"]["extraFiles"]["notebooks"]["stringData"] = "print('the notebooks')"
CHART = json.loads((ROOT / "tests/hub/values.schema.json").read_text(encoding="utf-8"))


def test_the_values_of_a_hub_are_what_its_chart_knows():
    jsonschema.validate(VALUES, CHART)
    assert VALUES["singleuser"]["image"]["tag"] == nn_notes.__version__


@pytest.mark.parametrize(
    "path, value",
    [
        (("singleuser", "memory"), "400M"),
        (("singleuser", "defaultURL"), "/lab"),
        (("cull", "timeout"), "half an hour"),
        (("students",), 300),
    ],
)
def test_what_the_chart_does_not_know_is_seen(path, value):
    changed = copy.deepcopy(VALUES)
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed, CHART)


PACKAGE = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nn_notes").rglob("*") if path.is_file()}
PACKAGE = {name for name in PACKAGE if "__pycache__" not in name}


@pytest.fixture
def wheel(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (file,) = tmp_path.iterdir()
    with ZipFile(file) as content:
        yield content


def test_the_wheel_holds_the_whole_package_and_the_notebooks(wheel):
    notebooks = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks").glob("*.html")]
    names = {path.name for path in notebooks} | {"jupyter_server_config.py"}
    carried = {f"nn_notes/notebooks/{name}" for name in names}
    assert len(carried) > 10
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == PACKAGE | carried
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())
    assert {"nn_notes/__init__.py", "nn_notes/digits.npz"} <= PACKAGE


def test_the_wheel_says_what_it_is_and_needs(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    said = email.message_from_bytes(wheel.read(name))
    assert said["Version"] == nn_notes.__version__
    assert said["Requires-Python"] == PROJECT["requires-python"]
    assert requirements(r for r in said.get_all("Requires-Dist") if "extra ==" not in r) == requirements(
        PROJECT["dependencies"]
    )


def test_the_sdist_holds_what_the_wheel_is_built_from(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    with tarfile.open(tmp_path / flit_core.buildapi.build_sdist(str(tmp_path))) as content:
        names = {name.partition("/")[2] for name in content.getnames()}
    beside = {
        path.relative_to(ROOT).as_posix()
        for kind in ("ipynb", "html", "py")
        for path in ROOT.glob(f"notebooks/*.{kind}")
    }
    assert "notebooks/backend.py" in beside
    assert names == PACKAGE | beside | {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO"}


def test_the_version_stands_once():
    assert PROJECT["dynamic"] == ["version"] and "version" not in PROJECT


def test_the_ranges_take_in_what_hosted_notebooks_have():
    hosted = {"numpy": ("2.0.2", "2.4.6"), "matplotlib": ("3.10.0", "3.10.9")}
    for name, versions in hosted.items():
        assert all(version in WANTED[name] for version in versions), name


WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in ROOT.glob(".github/workflows/*.yml")
}


@pytest.mark.parametrize("name", ["test.yml", "book.yml", "release.yml"])
def test_a_workflow_runs_only_what_is_pinned_with_no_more_rights_than_it_needs(name):
    text, workflow = (ROOT / ".github/workflows" / name).read_text(encoding="utf-8"), WORKFLOWS[name]
    used = re.findall(r"uses: (.+)", text)
    assert used and [one for one in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 90 and job.get("permissions", {}).keys() <= {"pages", "id-token"}
        for step in job["steps"]:
            # What comes from outside is put into a command by the environment alone.
            assert "${{" not in step.get("run", "")
            assert "checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False


def test_workflows_run_commands_that_there_are():
    recipes = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    steps = [step for workflow in WORKFLOWS.values() for job in workflow["jobs"].values() for step in job["steps"]]
    commands = [step["run"] for step in steps if "run" in step]
    assert {command.split()[1] for command in commands if command.startswith("make ")} <= recipes
    assert (ROOT / ".ci/run").is_file() and ".ci/run" in commands
