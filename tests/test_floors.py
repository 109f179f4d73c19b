"""Imports run one way, the core knows numbers only, and the first formula waits for nothing it does not need."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WINGS = {  # from the ground up
    "mbsxl": ROOT / "mbsxl",
    "mbsxl_udfs": ROOT / "udfs" / "mbsxl_udfs",
    "mbsxl_workbooks": ROOT / "workbooks" / "mbsxl_workbooks",
    "mbsxl_install": ROOT / "install" / "mbsxl_install",
}
FLOORS = [  # the rooms of the core, from the ground up: a room imports from those below it and from within itself
    {"errors", "arrays", "units"},
    {"kernel"},
    {"solve"},
    {"conventions"},
    {"speeds"},
    {"loans", "market"},
    {"claims"},
    {"value"},
    {"portfolio"},
    {"structures"},
]
WING_FLOORS = {  # the same of the other wings
    "mbsxl_udfs": ["sheet", "formulas", "positions", "hosts"],
}


def module_of(path: Path) -> str:
    """The full name of the module that a file is."""
    wing, folder = next((wing, folder) for wing, folder in WINGS.items() if folder in path.parents)
    parts = path.relative_to(folder).with_suffix("").parts
    return ".".join((wing, *parts)).removesuffix(".__init__")


MODULES = [
    pytest.param(wing, path, id=module_of(path)) for wing, folder in WINGS.items() for path in folder.rglob("*.py")
]
ABROAD = re.compile(r"/(home|tmp|usr|opt|etc|var|work|Users)/|[A-Z]:\\|\.\./")


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nodes(root: ast.AST, for_types: bool) -> Iterator[ast.AST]:
    yield root
    for node in ast.iter_child_nodes(root):
        if for_types or not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from nodes(node, for_types)


def imports(path: Path, for_types: bool = True) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, by its full name; those for types too, or not."""
    for node in nodes(parsed(path), for_types):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("wing", "path"), MODULES)
def test_no_wing_imports_from_one_above(wing: str, path: Path) -> None:
    order = list(WINGS)
    used = {name.split(".")[0] for name in imports(path)} & set(WINGS)
    assert all(order.index(other) <= order.index(wing) for other in used)


CORE = [pytest.param(each.values[1], id=each.id) for each in MODULES if each.values[0] == "mbsxl"]
FACADE = WINGS["mbsxl"] / "__init__.py"  # names all that is public, and loads it when it is asked
HOMEBOUND = [  # all but the hosts, which look for the program and for where it keeps its add-ins
    pytest.param(each.values[1], id=each.id)
    for each in MODULES
    if each.values[0] in ("mbsxl", "mbsxl_udfs", "mbsxl_workbooks") and "hosts" not in each.values[1].parts
]
ROOMED = [each for each in MODULES if each.values[0] in WING_FLOORS]


@pytest.mark.parametrize("path", [each for each in CORE if each.values[0] != FACADE])
def test_inside_the_core_imports_run_down(path: Path) -> None:
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    room = module_of(path).split(".")[1]
    used = {name.split(".")[1] for name in imports(path) if name.startswith("mbsxl.")}
    assert room in floor, "which floor is it on?"
    assert not {name for name in used - {room} if floor[name] >= floor[room]}


@pytest.mark.parametrize(("wing", "path"), ROOMED)
def test_inside_the_other_wings_imports_run_down(wing: str, path: Path) -> None:
    floors = WING_FLOORS[wing]
    used = {name.split(".")[1] for name in imports(path) if name.startswith(f"{wing}.")}
    room = module_of(path).split(".")[1:2]
    assert all(floors.index(other) <= floors.index(room[0]) for other in used) if room else not used


def test_a_sheet_knows_nothing_of_mortgages() -> None:
    for path in (WINGS["mbsxl_udfs"] / "sheet").glob("*.py"):
        assert not re.search(r"\bMBS_|mortgage|coupon|prepay", path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("path", CORE)
def test_the_core_knows_numbers_only(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    assert roots - set(sys.stdlib_module_names) <= {"mbsxl", "numpy", "scipy"}
    assert not roots & {"os", "io", "pathlib", "socket", "subprocess", "urllib", "http", "sys", "threading"}
    calls = {node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)}
    assert not {call.id for call in calls if isinstance(call, ast.Name)} & {"open", "print", "input"}


@pytest.mark.parametrize("path", HOMEBOUND)
def test_nothing_reaches_outside_the_project(path: Path) -> None:
    """No network, no home folder, no absolute path: what a formula or a template says depends on the project only."""
    nodes = list(ast.walk(parsed(path)))
    assert not {name.split(".")[0] for name in imports(path)} & {"urllib", "http", "requests", "ftplib"}
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert not names & {"home", "expanduser", "getenv", "environ"}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if ABROAD.match(text)]


def test_the_first_formula_waits_for_numpy_only() -> None:
    code = (
        "import sys, mbsxl_udfs.formulas.publish as p; assert abs(p.published()['MBS_SMM']('6 CPR') - 0.005143) < 1e-6;"
        "p.published()['MBS_CASHFLOW'](100.0, .05, .06, 360.0, 0.0, '6 CPR');"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {
        "scipy",
        "pandas",
        "matplotlib",
        "formualizer",
        "typer",
        "rich",
        "xlsxwriter",
        "lxml",
        "xlwings",
    }


def test_no_imports_run_in_a_circle() -> None:
    names = {module_of(each.values[1]): each.values[1] for each in MODULES}
    wanted = {
        name: {_known(used, names) for used in imports(path, for_types=False)} - {"", name}
        for name, path in names.items()
    }
    for face, used in wanted.items():  # of a package: it loads its own modules when it is asked
        used -= {name for name in used if name.startswith(f"{face}.")}
    while wanted:
        free = {name for name, used in wanted.items() if not used & wanted.keys()}
        assert free, f"a circle among {sorted(wanted)}"
        wanted = {name: used for name, used in wanted.items() if name not in free}


def _known(used: str, names: dict[str, Path]) -> str:
    return used if used in names else used.rpartition(".")[0] if used.rpartition(".")[0] in names else ""
