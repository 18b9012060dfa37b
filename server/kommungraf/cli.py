"""The command `kommungraf`: check what people wrote, build a release of it, serve releases."""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from kommungraf import __version__
from kommungraf.dataset.project import Project, own_project
from kommungraf.doctor.visits import Bounds
from kommungraf.errors import InputError, InvalidDataset, KommungrafError, ReleaseError, SettingFault, VisitFault
from kommungraf.releases.manifest import resolve_current, verified
from kommungraf.settings.configuration import SECTIONS, Configuration, Folders, as_toml, configuration, from_flags
from kommungraf.settings.flags import (
    Existing,
    Group,
    asked_language,
    form_option,
    host_address,
    language_option,
    option,
    own_language,
    section_options,
    setting_options,
)
from kommungraf.settings.hosting import Engines, Federated, Hosting
from kommungraf.settings.limits import Limits
from kommungraf.texts import spoken, translations
from kommungraf.validation.findings import worded

if TYPE_CHECKING:
    from kommungraf.editions.edition import Stores

__all__ = ["main"]

_FORMS: Final = ("text", "turtle", "json", "sarif", "github")
_USAGE: Final = 2
_IMPORTS: Final = Path("data/imports")
#: A flag of these publishes something else than what lies in the folder of releases.
_CONTENT: Final = frozenset({"data", "ontology", "shapes", "questions", "base-iri"})


def main() -> NoReturn:
    """Runs the command; every error of ours is one line on standard error and exit status 1, or 2 for its usage."""
    language = asked_language(sys.argv[1:]) or own_language()
    with spoken(language):
        sys.exit(_status(language))


def _status(language: str) -> int:
    try:
        cli(standalone_mode=False, obj={"language": language})
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except InputError as error:
        click.echo(f"kommungraf: {error.place}: {worded(error, language)}", err=True)
        return _USAGE if isinstance(error, SettingFault) else 1
    except VisitFault as error:
        click.echo(f"kommungraf: {worded(error, language)}", err=True)
        return 1
    except KommungrafError as error:
        click.echo(f"kommungraf: {error}", err=True)
        return 1
    return 0


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Municipal cooperation as linked data: check it, build it, serve it."""


@cli.command()
@click.argument("files", nargs=-1, type=Existing())
@setting_options(Folders)
@form_option(*_FORMS, told="The form of the report.")
@option(
    "--marked",
    type=click.Path(path_type=Path),
    help="Write copies of the tables with what is to mend beside each cell: a folder, or a file for one table.",
)
@language_option
def check(files: Sequence[Path], form: str, marked: Path | None, lang: str, **flags: Any) -> None:
    """Validate the data against the shapes; exit status 1 where a release is impossible."""
    from kommungraf.building.building import checked  # noqa: PLC0415 - rdflib and pySHACL take half a second to import
    from kommungraf.validation.findings import conforms  # noqa: PLC0415
    from kommungraf.validation.reports import rendered  # noqa: PLC0415

    folders = _configured(flags, lang).section(Folders)
    project = _project(files, folders)
    content = checked(project, _silent, _verdicts(folders.releases))
    click.echo(rendered(form, content.findings, lang), nl=False)
    if marked:
        from kommungraf.validation.markedcopies import write_marked  # noqa: PLC0415

        for copy in write_marked(content.findings, project, marked, lang):
            click.echo(translations(lang).gettext("Marked-up copy: {path}").format(path=copy), err=True)
    sys.exit(0 if conforms(content.findings) else 1)


@cli.command()
@click.argument("table", type=click.Path(path_type=Path))
@option("--xlsx", is_flag=True, help="Write an Excel workbook with lists to choose from, instead of CSV.")
@setting_options(Folders)
@language_option
def new(table: Path, xlsx: bool, lang: str, **flags: Any) -> None:
    """Write an empty TABLE to fill in; its name begins with the kind, such as twin-towns or twin-towns-vaxjo."""
    from kommungraf.dataset.inputs import known_names  # noqa: PLC0415
    from kommungraf.tables.blanksheets import write_blank  # noqa: PLC0415
    from kommungraf.tables.kinds import kind_of  # noqa: PLC0415
    from kommungraf.tables.sheets import SUFFIXES  # noqa: PLC0415

    project = _project((), _configured(flags, lang).section(Folders))
    has_ending = table.suffix.lower() in SUFFIXES
    path = table if has_ending else table.with_name(table.name + (".xlsx" if xlsx else ".csv"))
    kind = kind_of(path, project.data)
    known = replace(project, data=(), known=project.data)
    names = known_names(known, _IMPORTS, (), printed=True) if path.suffix.lower() == ".xlsx" else None
    write_blank(kind, path, lang, names)
    click.echo(path)


@cli.command("import")
@click.argument("kind")
@click.argument("table", metavar="FILE", type=Existing())
@option(
    "--into",
    type=click.Path(path_type=Path),
    default=_IMPORTS,
    show_default=True,
    help="The folder for the claims; the build reads it as data.",
)
@option(
    "--rejected",
    type=click.Path(path_type=Path),
    help="The file for the rows that were set aside; <kind>.rejected.csv by default.",
)
@option(
    "--known",
    "also",
    multiple=True,
    type=Existing(),
    help="A file or folder whose things the list may name, beside those of the data.",
)
@setting_options(Folders)
@language_option
def import_(kind: str, table: Path, lang: str, **flags: Any) -> None:
    """Make claims of the rows of a list made by others; KIND is its declaration, a file or a name."""
    from kommungraf.building.imports import Import, declaration, import_list  # noqa: PLC0415
    from kommungraf.dataset.inputs import known_names  # noqa: PLC0415

    into, rejected, also = (flags.pop(name) for name in ("into", "rejected", "also"))
    project = _project((), _configured(flags, lang).section(Folders))
    declared, name = declaration(kind, project.data), Path(kind).stem
    names = known_names(replace(project, data=(), known=project.data), into, also)
    target, aside = into / f"{name}.nq", rejected or Path(f"{name}.rejected.csv")
    tally = import_list(Import(table, declared, names, target, aside, lang))
    for fault in tally.faults:
        click.echo(f"{fault.place}: {worded(fault, lang)}", err=True)
    click.echo(tally.summary(target, aside, lang))


@cli.command()
@click.argument("files", nargs=-1, type=Existing())
@setting_options(Folders)
@language_option
def build(files: Sequence[Path], lang: str, **flags: Any) -> None:
    """Make a release and make it the current one; a server that watches it picks it up."""
    folders = _configured(flags, lang).section(Folders)
    click.echo(_built(_project(files, folders), folders.releases, lang, _verdicts(folders.releases)))


@cli.command()
@click.argument("files", nargs=-1, type=Existing())
@setting_options(*SECTIONS)
@language_option
def serve(files: Sequence[Path], lang: str, **flags: Any) -> None:
    """Serve the current release, building it first where there is none; FILES are published at once."""
    from kommungraf.engine.endpoint import services as allowed  # noqa: PLC0415 - only this command needs the server
    from kommungraf.serving.serving import serve as run  # noqa: PLC0415

    effective = _configured(flags, lang)
    folders, limits = effective.section(Folders), effective.section(Limits)
    stores = _stores(effective.section(Engines))
    services = allowed(effective.section(Federated).service_allow, stores.endpoints)
    own = not files and _CONTENT.isdisjoint(effective.flagged()) and not stores.foreign
    aside = nullcontext(folders.releases) if own else tempfile.TemporaryDirectory(prefix="kommungraf-")
    with aside as place:
        releases = Path(place)
        if stores.foreign:
            _gathered(stores, releases, folders, limits)
        elif not own or not _has_current(releases):
            _built(_project(files, folders), releases, lang)
        run(releases, effective.section(Hosting), limits=limits, stores=stores, services=services)


def _stores(engines: Engines) -> "Stores":
    """The engines of the settings, asked as the environment says."""
    from kommungraf.editions.edition import Stores  # noqa: PLC0415
    from kommungraf.engine.endpoint import credentials, endpoint  # noqa: PLC0415

    who = credentials()
    endpoints = tuple(endpoint(url, who, engines.default_graph) for url in engines.store)
    return Stores(endpoints, foreign=bool(endpoints) and engines.store_content == "anything")


def _gathered(stores: "Stores", releases: Path, folders: Folders, limits: Limits) -> None:
    from kommungraf.editions.foreign import Gatherer  # noqa: PLC0415

    base_iri = folders.base_iri or own_project().base_iri
    Gatherer(stores.endpoints[0], releases, base_iri=base_iri, limits=limits).gather()


@cli.command()
@click.argument("urls", nargs=-1, metavar="[URL]...")
@option(
    "--graph-store",
    multiple=True,
    metavar="URL",
    help="Where the engine takes graphs; one for each URL, in their order.",
)
@option("--in-place", is_flag=True, help="Replace the release of a lone engine, though servers may be reading it.")
@setting_options(Folders, Engines, Limits)
@language_option
def push(urls: Sequence[str], graph_store: Sequence[str], in_place: bool, lang: str, **flags: Any) -> None:
    """Load the current release into the SPARQL engine at URL; of several, into one that isn't read now."""
    from kommungraf.editions.transfer import push as transfer  # noqa: PLC0415
    from kommungraf.editions.transfer import targets  # noqa: PLC0415

    effective = _configured(flags, lang)
    folders, engines, limits = effective.section(Folders), effective.section(Engines), effective.section(Limits)
    chosen = targets(urls or engines.store, graph_store, engines.default_graph)
    release = resolve_current(folders.releases)
    url = transfer(release, chosen, limits, _progress, in_place=in_place)
    click.echo(f"{release.name} {url}")


@cli.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@option(
    "--url",
    callback=host_address,
    help="Where the export will stand, such as https://data.example; for what names it: sitemap, feed, robots.txt.",
)
@option(
    "--processes",
    type=click.IntRange(1, 64),
    default=2,
    standard="2",
    help="How many processes write at the same time.",
)
@setting_options(Folders, Limits)
@language_option
def export(target: Path, url: str, processes: int, lang: str, **flags: Any) -> None:
    """Write the whole site into the folder DIR, for a web host that runs no program."""
    from kommungraf.export.export import Job  # noqa: PLC0415
    from kommungraf.export.export import export as written  # noqa: PLC0415

    effective = _configured(flags, lang)
    folders, limits = effective.section(Folders), effective.section(Limits)
    count = written(Job(folders.releases, limits, url, processes), target, _progress)
    told = translations(lang).ngettext("{num} file in {path}", "{num} files in {path}", count)
    click.echo(told.format(num=count, path=target))


@cli.command()
@form_option("text", "csv", told="The form of the figures.")
@setting_options(Folders, Engines, Limits)
@language_option
def figures(form: str, lang: str, **flags: Any) -> None:
    """Print how many things, claims, sources, disagreements and gaps the current release holds."""
    from kommungraf.editions.edition import opened  # noqa: PLC0415
    from kommungraf.editions.figures import printed  # noqa: PLC0415

    effective = _configured(flags, lang)
    release, limits = resolve_current(effective.section(Folders).releases), effective.section(Limits)
    with closing(opened(release, limits, _stores(effective.section(Engines)))) as edition:
        click.echo(printed(edition, form, lang), nl=False)


@cli.command()
@setting_options(*SECTIONS)
@language_option
def config(lang: str, **flags: Any) -> None:
    """Print the settings that hold, as a file that sets the same, each with where it comes from."""
    click.echo(as_toml(_configured(flags, lang)), nl=False)


@cli.command()
@click.argument("site", metavar="URL")
@option("--endpoint", help="The address of the SPARQL endpoint; sparql below the site's by default.")
@option("--base-iri", help="What the IRIs begin with that the site answers for; its own address by default.")
@option("--thing", "things", multiple=True, help="An IRI or address to look up; found out by default.")
@option("--other-hosts", is_flag=True, help="Follow redirects and links to other hosts too.")
@section_options(Bounds)
@option("--failures", is_flag=True, help="Print nothing but what fails.")
@form_option("text", "json", told="The form of the report.")
@language_option
def doctor(site: str, form: str, lang: str, **options: Any) -> None:
    """Examine a running site, anybody's, as a strict client; exit status 1 where something fails."""
    from kommungraf.doctor.doctor import Directions, diagnosis, explored  # noqa: PLC0415
    from kommungraf.doctor.examination import Outcome, as_json, as_text, summary  # noqa: PLC0415

    directions = Directions(options["endpoint"], options["base_iri"], options["things"])
    bounds = replace(from_flags(Bounds, options), other_hosts=options["other_hosts"])
    found = []
    for check_, verdict in diagnosis(explored(site, directions, bounds)):
        found.append((check_, verdict))
        if form == "text" and (verdict.outcome is Outcome.FAILED or not options["failures"]):
            click.echo(as_text(check_, verdict, lang))
    click.echo(as_json(site, found, lang) if form == "json" else summary(found, lang))
    sys.exit(any(verdict.outcome is Outcome.FAILED for _, verdict in found))


def _configured(flags: dict[str, Any], language: str) -> Configuration:
    effective = configuration(flags, file=flags.pop("config_file"))
    for name in effective.idle:
        told = translations(language).gettext("There is no such setting, so this variable has no effect.")
        click.echo(f"kommungraf: {name}: {told}", err=True)
    return effective


def _project(files: Sequence[Path], folders: Folders) -> Project:
    own = own_project()
    if files or folders.data:
        data = (*files, *filter(None, [folders.data]))
        known = () if folders.data else own.data
        given = Project(data=data, known=known, base_iri=own.base_iri, root=Path.cwd())
    else:
        given = own
    names = ("ontology", "shapes", "questions", "base_iri")
    return replace(given, **{name: getattr(folders, name) for name in names if getattr(folders, name)})


def _has_current(releases: Path) -> bool:
    try:
        verified(resolve_current(releases))
    except ReleaseError as error:
        click.echo(f"kommungraf: {error} Building it.", err=True)
        return False
    return True


def _built(project: Project, releases: Path, language: str, remembered: Path | None = None) -> Path:
    from kommungraf.building.building import checked  # noqa: PLC0415
    from kommungraf.building.release import publish  # noqa: PLC0415
    from kommungraf.validation.reports import rendered  # noqa: PLC0415

    content = checked(project, _progress, remembered)
    try:
        return publish(content, releases, _progress)
    except InvalidDataset:
        click.echo(rendered("text", content.findings, language), err=True, nl=False)
        raise


def _verdicts(releases: Path) -> Path:
    """Where a check keeps its verdicts for the next one; the file may be deleted at any time."""
    return releases.with_name(f"{releases.name}.verdicts.json")


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{step} …", err=True, nl=False)


def _silent(_step: str) -> None:
    pass


if __name__ == "__main__":
    main()
