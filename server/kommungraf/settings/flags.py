"""The command line's side of settings and languages: an option a setting, and help in the reader's language."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import click

from kommungraf.settings.options import Setting, settings_of, shown
from kommungraf.texts import LANGUAGES, translations

__all__ = [
    "Existing",
    "Group",
    "asked_language",
    "form_option",
    "host_address",
    "language_option",
    "option",
    "own_language",
    "section_options",
    "setting_options",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_LANGUAGE_FLAG: Final = "--lang"
#: As gettext looks for it.
_LOCALE: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def asked_language(arguments: Sequence[str]) -> str | None:
    """The language that the arguments ask for, found before they are parsed: what is wrong is told in it."""
    following = zip(arguments, [*arguments[1:], ""], strict=True)
    named = (
        after if flag == _LANGUAGE_FLAG else flag.removeprefix(f"{_LANGUAGE_FLAG}=") for flag, after in following
    )
    return next((name for name in named if name in LANGUAGES), None)


def own_language() -> str:
    """The language of the reader's environment, or English where we don't speak it."""
    named = next(filter(None, map(os.environ.get, _LOCALE)), "")
    return named[:2] if named[:2] in LANGUAGES else "en"


def host_address(context: click.Context, given: click.Parameter, value: str | None) -> str:
    """The address of a host, without a path: the site's addresses begin at its root."""
    parts = urlsplit(value or "http://localhost")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        message = "Give the address of a host alone, such as https://data.example."
        raise click.BadParameter(_translated(context, message), context, given)
    return f"{parts.scheme}://{parts.netloc}/"


def _translated(context: click.Context, message: str) -> str:
    language: str = context.find_root().obj["language"]
    return translations(language).gettext(message)


class Option(click.Option):
    """An option whose help is a message id; `standard` is its default as people write it."""

    def __init__(self, *arguments: Any, standard: str = "", **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.standard = standard

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Its two columns of the help."""
        record = super().get_help_record(ctx)
        if record is None or not self.help:
            return record
        told = record[1].replace(self.help, _translated(ctx, self.help), 1)
        default = _translated(ctx, "default: {value}").format(value=self.standard)
        return record[0], f"{told}  [{default}]" if self.standard else told


class Existing(click.ParamType[Path]):
    """A file or folder that is there."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path."""
        path = Path(value)
        if ctx is not None and not path.exists():
            self.fail(_translated(ctx, "“{path}” doesn't exist.").format(path=path), param, ctx)
        return path


def _write_help(command: click.Command, context: click.Context, formatter: click.HelpFormatter) -> None:
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(_translated(context, command.help or ""))


class Command(click.Command):
    """A command whose help is a message id."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does."""
        _write_help(self, ctx, formatter)


class Group(click.Group):
    """Commands whose help is a message id."""

    command_class = Command

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the commands are for."""
        _write_help(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A line a command."""
        named = [(name, command) for name, command in self.commands.items() if not command.hidden]
        with formatter.section(_translated(ctx, "Commands")):
            formatter.write_dl([(name, _translated(ctx, command.help or "")) for name, command in named])


def option(*declarations: str, **attributes: Any) -> Callable[[Decorated], Decorated]:
    """As click's, with translated help."""
    return click.option(*declarations, cls=Option, **attributes)


def form_option(*forms: str, told: str) -> Callable[[Decorated], Decorated]:
    """The option for the form of what is printed, the first of `forms` by default, which the command gets as `form`."""
    return option("--format", "form", type=click.Choice(forms), default=forms[0], standard=forms[0], help=told)


def language_option(command: Decorated) -> Decorated:
    """The option for the language of messages, which the command gets as `lang`."""

    def known(context: click.Context, _option: click.Parameter, value: str | None) -> str:
        language: str = value or context.find_root().obj["language"]
        return language

    help_text = "The language of the messages; yours by default."
    return option(_LANGUAGE_FLAG, type=click.Choice(LANGUAGES), callback=known, help=help_text)(command)


def section_options(*sections: type) -> Callable[[Decorated], Decorated]:
    """An option for every setting of the sections."""

    def decorated(command: Decorated) -> Decorated:
        for declared in reversed([each for section in sections for each in settings_of(section)]):
            command = _setting_option(declared)(command)
        return command

    return decorated


def setting_options(*sections: type) -> Callable[[Decorated], Decorated]:
    """An option for every setting of the sections, and `config` for a file that holds them."""
    path = click.Path(path_type=Path, dir_okay=False)
    help_text = "A TOML file of settings; kommungraf.toml in the working folder by default."
    config = option("--config", "config_file", type=path, help=help_text)
    return lambda command: config(section_options(*sections)(command))


def _setting_option(declared: Setting) -> Callable[[Decorated], Decorated]:
    """Its value stays a text, for the one reading that all origins share."""
    return option(
        declared.flag,
        declared.field,
        metavar="|".join(declared.choices) or declared.kind.value,
        multiple=declared.is_list,
        help=declared.help,
        standard=shown(declared, declared.default),
    )
