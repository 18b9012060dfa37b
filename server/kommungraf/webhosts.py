"""The rules by which a web server negotiates over the files of an export, as a server of ours does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from kommungraf.formats import HTML, RDF
from kommungraf.site import POLICY
from kommungraf.texts import LANGUAGES

__all__ = ["write_rules"]

_FILES: Final = {
    "nginx-maps.conf": "nginx/maps.conf",
    "nginx-site.conf": "nginx/site.conf",
}


@dataclass(frozen=True, slots=True)
class _Offer:
    """One representation on offer: the ending of its file, and its media type with the two ranges that hold it."""

    suffix: str
    media_type: str

    @property
    def ranges(self) -> tuple[tuple[str, str], ...]:
        """As regular expressions with the mark of how exact each is, the most exact first."""
        type_ = self.media_type.partition("/")[0]
        exact = self.media_type.replace("+", r"\+").replace(".", r"\.")
        return ((exact, "x"), (rf"{type_}/\*", "w"), (r"\*/\*", "w"))


def write_rules(folder: Path, withdrawn: Mapping[str, str | None]) -> None:
    """Write the rules of each web server into `folder`."""
    environment = Environment(
        loader=PackageLoader("kommungraf", "templates/hosting"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no HTML
    )
    environment.filters["path"] = _escaped
    context = {
        "offers": [*(_Offer(form.suffix, form.media_type) for form in RDF), _Offer("html", HTML)],
        "forms": RDF,
        "languages": LANGUAGES,
        "levels": list(_levels()),
        "moved": sorted((thing, to) for thing, to in withdrawn.items() if to is not None),
        "gone": sorted(thing for thing, to in withdrawn.items() if to is None),
        "policy": POLICY,
    }
    for template, name in _FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(environment.get_template(template).render(**context), "utf-8")


def _escaped(path: str) -> str:
    """A path as a quoted string of a configuration file: decoded, with what would end the string escaped."""
    return unquote(path).replace("\\", "\\\\").replace('"', '\\"').replace("$", quote("$"))


def _levels() -> Iterator[str]:
    """Every weight from the highest, in hundredths, as a regular expression; a weight that isn't written is 1."""
    yield r"(1(\.0*)?)?"
    for hundredths in range(99, 0, -1):
        tenths, rest = divmod(hundredths, 10)
        yield rf"0?\.{tenths}" + (rf"{rest}\d*" if rest else r"(0\d*)?")
    yield r"0?\.00[1-9]"
