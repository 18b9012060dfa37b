"""`python -m bench`: measurements of kommungraf, and the generated data that they use."""

from contextlib import ExitStack
from itertools import count
from pathlib import Path

import click

from bench import reference
from bench.builds import build
from bench.compare import SECTIONS, Bench, machine, results
from bench.faults import Faults
from bench.generator import Size
from bench.generator import generate as generated
from bench.hostile import APART, Assault, assaulted, rendered
from bench.pages import pages
from bench.peers import ours
from bench.prepared import prepared
from bench.questions import questions, terms
from bench.rows import rows
from bench.scaling import STEPS, readers, steps, written
from bench.tables import report
from kommungraf.settings.limits import Limits

_FOLDER = Path("build/bench")
#: Seconds of a query under attack: less than by default, so that more of them are killed.
_DEADLINE = 5


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Measure; without a subcommand, the reference data."""
    if context.invoked_subcommand is None:
        reference.main()


@main.command()
@click.option("--triples", type=click.IntRange(1), required=True, help="How many statements, at least.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The N-Quads file.")
@click.option("--faults", type=click.FloatRange(0, 1), default=0.0, help="The share of parts with a SHACL fault.")
@click.option(
    "--faults-out", type=click.Path(path_type=Path, dir_okay=False), help="Focus and shape of each fault."
)
def generate(triples: int, seed: int, out: Path, faults: float, faults_out: Path | None) -> None:
    """Write a generated dataset of the shape of ours, the same for the same size and seed."""
    with ExitStack() as files:
        sink = files.enter_context(out.open("w", encoding="utf-8", newline="\n"))
        injected = Faults(faults)
        if faults_out is not None:
            injected = Faults(faults, files.enter_context(faults_out.open("w", encoding="utf-8")).write)
        written = generated(Size(triples, seed), sink.write, injected)
    click.echo(f"{written} statements in {out}")


@main.command()
@click.option(
    "--triples", type=click.IntRange(10_000), default=700_000, show_default=True, help="Generated statements."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--section", "sections", type=click.Choice(list(SECTIONS)), multiple=True, help="All by default.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=_FOLDER, show_default=True)
def compare(triples: int, seed: int, sections: tuple[str, ...], folder: Path) -> None:
    """Compare our server with its peers on generated data; results stay in the folder and are printed."""
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder.resolve(), Size(triples, seed))
    for section in sections or SECTIONS:
        click.echo(f"{section} …", err=True)
        bench.run(section)
    click.echo(report(results(folder)), nl=False)


@main.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=_FOLDER, show_default=True)
def table(folder: Path) -> None:
    """Print what was measured as Markdown."""
    click.echo(report(results(folder)), nl=False)


@main.command()
@click.option(
    "--triples", type=click.IntRange(10_000), default=70_000, show_default=True, help="Generated statements."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--step", "names", type=click.Choice(list(STEPS)), multiple=True, help="All by default.")
@click.option("--readers/--no-readers", "with_readers", default=True, help="One and two readers behind nginx.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=_FOLDER, show_default=True)
def scaling(triples: int, seed: int, names: tuple[str, ...], with_readers: bool, folder: Path) -> None:
    """Measure the steps of docs/scaling.md."""
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder.resolve(), Size(triples, seed))
    click.echo(f"{bench.data().manifest.quads:,} quads, {bench.data().manifest.graphs:,} graphs; {machine()}")
    for row in written(steps(bench, names)):
        click.echo(row)
    if with_readers:
        for name, document, query in readers(bench):
            click.echo(f"| {name} | {document:,.0f} documents/s | {query:,.0f} queries/s |")


@main.command()
@click.option("--seconds", type=click.FloatRange(10), default=300, show_default=True)
@click.option(
    "--triples", type=click.IntRange(10_000), default=70_000, show_default=True, help="Generated statements."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--niceness",
    type=click.IntRange(0, 19),
    default=19,
    show_default=True,
    help="How far the attackers stand behind the server for the processors.",
)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=_FOLDER, show_default=True)
def hostile(seconds: float, triples: int, seed: int, niceness: int, folder: Path) -> None:
    """Attack our server in every way that we know, beside lookups; exit status 1 where it shows a fault."""
    folder.mkdir(parents=True, exist_ok=True)
    data = prepared(Size(triples, seed), folder)
    lookups = next(
        each for each in questions(terms(data.folder / "held.nt"), variants=10, seed=seed) if each.name == "lookup"
    )
    with ours(data, folder, "--query-seconds", str(_DEADLINE)) as running:
        asked = (running.target(f"{text} # {n}") for n in count() for text in lookups.variants)
        server = running.port, running.server.pid, Limits().workers + APART
        outcome = assaulted(server, asked, Assault(seconds, seed, niceness))
    click.echo(rendered(outcome), nl=False)
    for fault in outcome.faults:
        click.echo(f"Fault: {fault}.", err=True)
    raise SystemExit(bool(outcome.faults))


main.add_command(build)
main.add_command(pages)
main.add_command(rows)


if __name__ == "__main__":
    main()
