"""Tables of many rows: what it takes to check one, and to import a list made by others."""

import csv
import tempfile
from collections.abc import Iterable
from itertools import islice, product
from pathlib import Path
from typing import Final

import click

from bench.builds import PYTHON, cost, row
from kommungraf.dataset.project import own_project

__all__ = ["rows"]

_TWINS: Final = "kommun,vänort,land,sedan,upphörde,status,form,som skrivet,uträknat,källa,ställe,källans datum,anteckning på engelska"
_PROJECTS: Final = (
    "_source,ärende-id,stödmottagare,beviljat_belopp_sek,beviljat_belopp_eur,projektnamn,projektbeskrivning,"
    "projekt_starttid,projekt_sluttid,län,kommuner,uppdateringsdatum,område,insatsområde,tematiskt_mål"
)


def _column(table: str, *names: str) -> list[tuple[str, ...]]:
    """The columns of one of our own tables, row by row."""
    with (own_project().data[0] / "tables" / table).open(encoding="utf-8", newline="") as lines:
        return [tuple(each[name] for name in names) for each in csv.DictReader(lines)]


def _twin_towns(count: int) -> Iterable[list[str]]:
    """Every municipality's ties with every place, as every source says."""
    municipalities = _column("municipalities.csv", "kortnamn")
    places, sources = _column("places.csv", "nyckel", "land"), _column("sources.csv", "nyckel")
    for (source,), (place, country), (name,) in islice(product(sources, places, municipalities), count):
        yield [name, place, country, "1990", "", "", "", "", "", source, "", "", ""]


def _projects(count: int) -> Iterable[list[str]]:
    municipalities = _column("municipalities.csv", "kortnamn")
    for number in range(count):
        (name,) = municipalities[number % len(municipalities)]
        about = f"Projekt {number} ska ge företag och boende i {name} bättre tillgång till bredband. " * 4
        head = ["http://projektbank.example/", f"{20000000 + number}", f"{name} kommun", "3929285", "0"]
        rest = ["2017-01-02", "2020-04-30", "", name, "2016-10-14 01:17:38", "Övre Norrland", "Bredband", "IKT"]
        yield [*head, f"Bredband {number}", about, *rest]


def _written(path: Path, heading: str, lines: Iterable[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(heading.split(","))
        writer.writerows(lines)
    return path


@click.command()
@click.option("--rows", "count", type=click.IntRange(1), default=1_000_000, show_default=True)
def rows(count: int) -> None:
    """Check a table and import a list of so many rows: time and peak memory."""
    with tempfile.TemporaryDirectory(prefix="kommungraf-bench-") as place:
        folder, command = Path(place), [PYTHON, "-m", "kommungraf.cli"]
        table = _written(folder / "twin-towns-many.csv", _TWINS, _twin_towns(count))
        click.echo(f"{count:,} rows, {table.stat().st_size / 1e6:.0f} MB")
        row("check of a table", cost([*command, "check", str(table)], folder))
        listed = _written(folder / "projects.csv", _PROJECTS, _projects(count))
        click.echo(f"{count:,} rows, {listed.stat().st_size / 1e6:.0f} MB")
        target = ["--into", str(folder / "imports"), "--rejected", str(folder / "rejected.csv")]
        row("import of a list", cost([*command, "import", "se-erdf-projects", str(listed), *target], folder))
        made = sum(1 for _ in (folder / "imports" / "se-erdf-projects.nq").open("rb"))
        aside = sum(1 for _ in (folder / "rejected.csv").open("rb")) if (folder / "rejected.csv").exists() else 0
        click.echo(f"{'':<38} {made:,} statements, {aside:,} lines set aside")
