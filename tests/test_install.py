"""What a user installs: the starter that any Python reads, and a wheel of nothing but our own names."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import io
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from mbsxl_workbooks import templates

ROOT = Path(__file__).parent.parent
START = ROOT / "install" / "start.py"


def test_the_starter_is_read_by_an_old_python_so_that_it_can_say_what_is_missing() -> None:
    tree = ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 8))
    used = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    used |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in used} <= set(sys.stdlib_module_names)
    assert not used & {"tomllib"}  # newer than 3.8


def test_the_starter_and_the_project_ask_for_the_same_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in START.read_text(encoding="utf-8")
    assert project["license"] == "MIT"


def _starter(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("start", path)
    assert spec
    assert spec.loader
    starter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(starter)
    return starter


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The starter in an empty project, whose installation by pip succeeds without installing anything."""
    (tmp_path / "install").mkdir()
    (tmp_path / "pyproject.toml").touch()
    starter = _starter(Path(shutil.copy(START, tmp_path / "install")))
    monkeypatch.setattr(starter, "run", lambda *_: 0)
    return starter


def _half_made(start: ModuleType, prompt: str) -> None:
    """An environment as it is left where its making was broken off before pip."""
    venv.create(start.ENVIRONMENT, with_pip=False, prompt=prompt)
    (start.ENVIRONMENT / "before").touch()


def test_the_starter_makes_anew_what_it_left_half_made(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv.EnvBuilder, "_setup_pip", lambda *_: None)  # that of a bundle has it
    _half_made(start, start.PROMPT)
    assert start.install("")
    assert not (start.ENVIRONMENT / "before").exists()
    (start.ENVIRONMENT / "after").touch()
    assert start.install("test")
    assert (start.ENVIRONMENT / "after").exists()
    start.PYTHON.unlink()  # as where the Python it was made with is gone
    assert start.install("")
    assert start.PYTHON.exists()
    assert not (start.ENVIRONMENT / "after").exists()


def test_the_starter_uses_an_environment_that_somebody_else_made(start: ModuleType) -> None:
    _half_made(start, "theirs")
    assert start.install("")
    assert (start.ENVIRONMENT / "before").exists()


def test_the_starter_leaves_alone_what_is_no_environment(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    kept = start.ENVIRONMENT / "kept"
    kept.parent.mkdir()
    kept.touch()
    assert not start.install("")
    assert kept.exists()
    assert "move it away" in capsys.readouterr().err


def test_the_wheel_is_pure_and_installs_only_our_names(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as package:
        assert {name.split("/")[0].split("-")[0] for name in package.namelist()} == {
            "mbsxl",
            "mbsxl_udfs",
            "mbsxl_workbooks",
            "mbsxl_install",
        }


def test_the_wheel_holds_every_module_the_data_and_the_built_templates(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        names = set(package.namelist())
        for folder in (ROOT / "mbsxl", *ROOT.glob("*/mbsxl_*")):
            inside = folder.relative_to(folder.parent)
            kept = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
            assert {(inside / path.relative_to(folder)).as_posix() for path in kept} <= names
        for name in templates.NAMES:
            built = templates.path_of(name)
            assert package.read(f"mbsxl_workbooks/templates/{name}/{name}.xlsx") == built.read_bytes()


def test_the_wheel_works_where_the_checkout_is_not(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        package.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, 'site'); import mbsxl, mbsxl_workbooks.templates as t;"
        "from mbsxl_udfs.formulas.publish import published; assert mbsxl.__file__.startswith(sys.argv[1]);"
        "print(published()['MBS_VERSION'](), *(t.path_of(name).is_file() for name in t.NAMES))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    version, *there = done.stdout.split()
    assert wheel.name.startswith(f"mbsxl-{version}-")
    assert there == ["True"] * len(templates.NAMES)


# ------------------------------------------------------------------------------------------------ the lock, the bundle


def test_the_lock_has_every_release_that_is_asked_for_with_hashes_and_no_address() -> None:
    lock = (ROOT / "install" / "lock.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", lock, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *(each for name in _starter(START).LOCKED for each in extras[name])]
    for each in map(Requirement, asked):
        assert each.specifier.contains(locked.get(each.name.lower(), "0")), f"{each}: python3 install/start.py lock"
    assert "://" not in lock
    releases = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]
    assert len(releases) >= len(locked)
    assert all("--hash=sha256:" in each for each in releases)


def test_the_gate_installs_what_is_locked() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "start.py --locked" in gate
    assert "pip install" not in gate


def _bundle(path: Path, machine: str, digest: str = "") -> Path:
    """A bundle of one wheel of one module, with its digest or another."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr("small.py", "ANSWER = 42\n")
        wheel.writestr("small-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1\n")
        wheel.writestr("small-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("small-1.dist-info/RECORD", "")
    digest = digest or hashlib.sha256(content.getvalue()).hexdigest()
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("machine.txt", machine)
        bundle.writestr("wheels.txt", f"./wheels/small-1-py3-none-any.whl --hash=sha256:{digest}\n")
        bundle.writestr("wheels/small-1-py3-none-any.whl", content.getvalue())
    return path


def test_a_bundle_is_installed_without_a_network_where_no_project_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "install").mkdir()
    start = _starter(Path(shutil.copy(START, tmp_path / "install")))
    assert not start.install("")
    _half_made(start, start.PROMPT)
    assert start.install_bundle(_bundle(tmp_path / "b.zip", start.MACHINE))
    told = subprocess.run([start.PYTHON, "-c", "import small; print(small.ANSWER)"], capture_output=True, check=True)
    assert told.stdout.split() == [b"42"]
    assert start.install("")
    monkeypatch.setattr(start, "make_environment", lambda: True)  # it is there
    assert not start.install_bundle(_bundle(tmp_path / "b.zip", start.MACHINE, "0" * 64))


def test_the_script_for_windows_installs_a_bundle_as_the_starter_does(start: ModuleType, tmp_path: Path) -> None:
    script = (ROOT / "install" / "windows.ps1").read_text()
    (code,) = re.findall(r"\$here = & py -3 -c '(.*)'\n", script)
    told = subprocess.run([sys.executable, "-c", code.replace("''", "'")], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == start.MACHINE
    (options,) = re.findall(r"@\('--no-index', (.*)\)\n", script)
    bundle = _bundle(tmp_path / "b.zip", start.MACHINE)
    with zipfile.ZipFile(bundle) as package:
        package.extractall(tmp_path / "unpacked")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", *re.findall("'(.*?)'", options)]
    subprocess.run([*command, "--target", str(tmp_path / "site")], cwd=tmp_path / "unpacked", check=True)
    assert (tmp_path / "site" / "small.py").exists()


def test_a_bundle_that_is_damaged_or_for_another_machine_is_refused(
    start: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _bundle(tmp_path / "b.zip", "cp399-amiga")
    assert not start.install_bundle(path)
    assert "is for cp399-amiga; this is cp3" in capsys.readouterr().err
    for data in (b"", b"no zip", path.read_bytes()[:-30]):
        path.write_bytes(data)
        assert not start.install_bundle(path)
        assert "is no bundle, or is damaged" in capsys.readouterr().err
    assert not start.install_bundle(tmp_path / "absent.zip")
    assert not start.ENVIRONMENT.exists()


def test_the_first_run_ends_with_what_to_do_next(start: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert start.review([]) == 0
    said = capsys.readouterr().out
    assert [line[2:4] for line in said.splitlines() if line[:2] == "  "] == ["1.", "2.", "3."]
    assert said.count(str(start.COMMAND)) == 2
    assert f"{start.quoted(start.ROOT / 'install' / 'start.py')} serve" in said
    assert str(start.ROOT / "out" / "review.html") in said
    assert start.quoted(Path("/a b/mbsxl")) == '"/a b/mbsxl"'
