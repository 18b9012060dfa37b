"""The command `kommungraf`: check what people wrote, build a release of it, serve releases."""

import locale
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from kommungraf import __version__
from kommungraf.errors import InputError, InvalidDataset, KommungrafError, ReleaseError
from kommungraf.findings import worded
from kommungraf.manifest import resolve_current, verified
from kommungraf.project import Project, own_project
from kommungraf.texts import LANGUAGES

__all__ = ["main"]

_RELEASES: Final = Path("build/releases")
_FORMS: Final = ("text", "turtle", "json", "sarif", "github")

Command = TypeVar("Command", bound=Callable[..., Any])


def main() -> NoReturn:
    """Runs the command; every error of ours is one line on standard error and exit status 1."""
    asked = {"language": _own_language()}
    try:
        cli(standalone_mode=False, obj=asked)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except InputError as error:
        click.echo(f"kommungraf: {error.place}: {worded(error, asked['language'])}", err=True)
        sys.exit(1)
    except KommungrafError as error:
        click.echo(f"kommungraf: {error}", err=True)
        sys.exit(1)
    sys.exit(0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "KOMMUNGRAF"})
@click.version_option(__version__)
def cli() -> None:
    """Municipal cooperation as linked data: check it, build it, serve it."""


def _project_options(command: Command) -> Command:
    options = (
        click.option("--data", type=_folder(), help="The folder of RDF files and tables."),
        click.option("--ontology", type=_folder(), help="The folder of the ontology and its rules."),
        click.option("--shapes", type=_folder(), help="The folder of the SHACL shapes."),
        click.option("--questions", type=_folder(), help="The folder of the competency questions."),
        click.option("--base-iri", callback=_absolute, help="The IRI that the things' IRIs begin with."),
        click.option(
            "--releases",
            type=click.Path(path_type=Path, file_okay=False),
            default=_RELEASES,
            show_default=True,
            help="Where releases are kept.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _language_option(command: Command) -> Command:
    help_text = "The language of the messages; yours by default."
    return click.option("--lang", type=click.Choice(LANGUAGES), callback=_remembered, help=help_text)(command)


def _remembered(context: click.Context, _option: click.Parameter, value: str | None) -> str:
    """The language, kept for an error that ends the command."""
    if value is not None:
        context.obj["language"] = value
    language: str = context.obj["language"]
    return language


def _folder() -> click.Path:
    return click.Path(exists=True, file_okay=False, path_type=Path)


def _absolute(_context: click.Context, _option: click.Parameter, text: str | None) -> str | None:
    from pyoxigraph import NamedNode  # noqa: PLC0415 - only where an IRI is given

    try:
        return NamedNode(text).value if text else None
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no absolute IRI ({error}).") from error


def _files() -> click.Path:
    return click.Path(exists=True, path_type=Path)


@cli.command()
@click.argument("files", nargs=-1, type=_files())
@_project_options
@click.option("--format", "form", type=click.Choice(_FORMS), default="text", show_default=True)
@_language_option
def check(files: Sequence[Path], form: str, lang: str, **folders: Any) -> None:
    """Validate the data against the shapes; exit status 1 where a release is impossible."""
    from kommungraf.building import checked  # noqa: PLC0415 - rdflib and pySHACL take half a second to import
    from kommungraf.findings import conforms  # noqa: PLC0415
    from kommungraf.reports import rendered  # noqa: PLC0415

    content = checked(_project(files, folders), _silent)
    click.echo(rendered(form, content.findings, lang), nl=False)
    sys.exit(0 if conforms(content.findings) else 1)


@cli.command()
@click.argument("files", nargs=-1, type=_files())
@_project_options
@_language_option
def build(files: Sequence[Path], lang: str, **folders: Any) -> None:
    """Make a release and make it the current one; a server that watches it picks it up."""
    folder = _built(_project(files, folders), folders["releases"], lang)
    click.echo(folder)


@cli.command()
@click.argument("files", nargs=-1, type=_files())
@_project_options
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
def serve(files: Sequence[Path], host: str, port: int, **folders: Any) -> None:
    """Serve the current release, building it first where there is none; FILES are published at once."""
    from kommungraf.serving import serve as run  # noqa: PLC0415 - only this command needs the server

    own = not files and not any(folders[name] for name in ("data", "ontology", "shapes", "questions", "base_iri"))
    aside = nullcontext(folders["releases"]) if own else tempfile.TemporaryDirectory(prefix="kommungraf-")
    with aside as place:
        releases = Path(place)
        if not own or not _has_current(releases):
            _built(_project(files, folders), releases, _own_language())
        run(releases, host=host, port=port)


def _project(files: Sequence[Path], folders: dict[str, Any]) -> Project:
    own = own_project()
    if files or folders["data"]:
        given = Project(data=(*files, *filter(None, [folders["data"]])), base_iri=own.base_iri, root=Path.cwd())
    else:
        given = own
    chosen = {name: folders[name] for name in ("ontology", "shapes", "questions", "base_iri") if folders[name]}
    return replace(given, **chosen)


def _has_current(releases: Path) -> bool:
    try:
        verified(resolve_current(releases))
    except ReleaseError as error:
        click.echo(f"kommungraf: {error} Building it.", err=True)
        return False
    return True


def _built(project: Project, releases: Path, language: str) -> Path:
    from kommungraf.building import checked  # noqa: PLC0415
    from kommungraf.release import publish  # noqa: PLC0415
    from kommungraf.reports import rendered  # noqa: PLC0415

    content = checked(project, _progress)
    try:
        return publish(content, releases, _progress)
    except InvalidDataset:
        click.echo(rendered("text", content.findings, language), err=True, nl=False)
        raise


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{step} …", err=True, nl=False)


def _silent(_step: str) -> None:
    pass


def _own_language() -> str:
    code = (locale.getlocale(locale.LC_MESSAGES)[0] or "").partition("_")[0]
    return code if code in LANGUAGES else "en"


if __name__ == "__main__":
    main()
