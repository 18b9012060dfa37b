"""The modules are those of docs/architecture.md, import only what stands before them there, and stay small."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGE = PROJECT / "server" / "kommungraf"
DOCUMENT = PROJECT / "docs" / "architecture.md"
PACKAGES = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
FILES = {path.stem: path for folder in ("", *PACKAGES) for path in (PACKAGE / folder).glob("*.py")}
FILES["__init__"] = PACKAGE / "__init__.py"
MODULES = sorted(FILES)
SECTIONS = ("Shared", "Build half", "Serving half", "Doctor", "Command")
FORBIDDEN_TO_SERVE = {"rdflib", "pyshacl", "edtf"}
MOST_LINES = 400
MOST_FUNCTION_LINES = 60


@cache
def listed() -> dict[str, list[str]]:
    """The modules of each section of the document, in its order."""
    sections: dict[str, list[str]] = {}
    modules: list[str] = []
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("#"):
            modules = sections.setdefault(line.lstrip("# "), [])
        elif found := re.match(r"\d+\. `(\w+)`: ", line):
            modules.append(found[1])
    return {title: sections[title] for title in SECTIONS}


def order() -> list[str]:
    return [module for modules in listed().values() for module in modules]


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text("utf-8"))


def imported(module: str) -> Iterator[str]:
    """Dotted names of everything that a module imports anywhere in its code."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively in line {node.lineno}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def siblings(module: str) -> set[str]:
    """The modules of the package that a module imports; a name of the package itself counts as `__init__`."""
    own = [name.split(".")[1:] for name in imported(module) if name.split(".")[0] == "kommungraf"]
    within = [parts[1] if parts and parts[0] in PACKAGES else "".join(parts[:1]) for parts in own]
    return {name if name in MODULES else "__init__" for name in within}


def test_every_module_is_listed_once() -> None:
    assert sorted(order()) == MODULES
    assert len(MODULES) == sum(1 for _ in PACKAGE.rglob("*.py")) - len(PACKAGES)


def test_every_module_is_listed_under_its_package() -> None:
    package, found = "", {}
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith(("#", "**")):
            heading = re.match(r"\*\*`(\w+)/`\*\* ", line)
            package = heading[1] if heading else ""
        elif listing := re.match(r"\d+\. `(\w+)`: ", line):
            found[listing[1]] = PACKAGE / package / f"{listing[1]}.py"
    assert found == FILES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_a_folder_with_a_sentence_and_runs_nothing(package: str) -> None:
    body = ast.parse((PACKAGE / package / "__init__.py").read_text("utf-8")).body
    assert [type(node) for node in body] == [ast.Expr]


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_only_modules_before_it(module: str) -> None:
    before = order()[: order().index(module)]
    assert siblings(module) <= set(before)


@pytest.mark.parametrize("module", listed()["Serving half"])
def test_serving_half_imports_nothing_of_the_build(module: str) -> None:
    assert siblings(module).isdisjoint(listed()["Build half"])
    assert FORBIDDEN_TO_SERVE.isdisjoint(name.split(".")[0] for name in imported(module))


def loaded_with(*modules: str) -> set[str]:
    """What a new interpreter has loaded once these are imported."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(run.stdout.split())


def test_the_serving_half_loads_nothing_that_it_must_not_through_others_either() -> None:
    loaded = loaded_with("kommungraf.serving.serving", "kommungraf.app")
    assert FORBIDDEN_TO_SERVE.isdisjoint(name.split(".")[0] for name in loaded)


def test_a_server_over_no_other_engine_loads_nothing_that_asks_one() -> None:
    assert "SPARQLWrapper" not in loaded_with("kommungraf.serving.serving", "kommungraf.app")


@pytest.mark.parametrize("module", listed()["Doctor"])
def test_the_doctor_knows_a_site_from_outside_only(module: str) -> None:
    assert siblings(module).isdisjoint((*listed()["Build half"], *listed()["Serving half"]))


@pytest.mark.parametrize("module", listed()["Shared"])
def test_shared_modules_load_nothing_that_the_serving_half_must_not(module: str) -> None:
    assert FORBIDDEN_TO_SERVE.isdisjoint(name.split(".")[0] for name in imported(module))


@pytest.mark.parametrize("module", listed()["Build half"])
def test_build_half_knows_no_http(module: str) -> None:
    assert {"flask", "werkzeug", "granian"}.isdisjoint(name.split(".")[0] for name in imported(module))


@pytest.mark.parametrize("module", MODULES)
def test_module_says_what_it_is_and_stays_small(module: str) -> None:
    assert ast.get_docstring(tree(module))
    assert len(FILES[module].read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("module", MODULES)
def test_functions_stay_small(module: str) -> None:
    functions = [
        node for node in ast.walk(tree(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_FUNCTION_LINES} == {}
