"""A release as the files of a static export: the application is asked for every representation, and each answer written."""

import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import Client, TestResponse

from kommungraf.app import Settings, create_app
from kommungraf.editions.edition import Edition, Editions, Stores
from kommungraf.errors import ExportError
from kommungraf.export.placement import (
    METADATA_END,
    Placed,
    linksets_of,
    place_of,
    relinked,
    relinked_data,
    tables_beside,
)
from kommungraf.export.profilefiles import has_own_file
from kommungraf.formats import HTML
from kommungraf.http.compression import is_worth_it, packed
from kommungraf.pages.representations import is_whole_graph
from kommungraf.rendering.site import STATIC
from kommungraf.resources.links import path_of
from kommungraf.resources.signposting import representations
from kommungraf.settings.limits import Limits
from kommungraf.texts import LANGUAGES

__all__ = ["Found", "Scribe", "opened", "stamped"]

_LAST: Final = re.compile(r'[?&]page=(\d+)[^>]*>; rel="last"')
#: What names addresses of the site, in the language that its own name ends in.
_TONGUE: Final = re.compile(rf"\.({'|'.join(LANGUAGES)})\.(?:html|json|{re.escape(METADATA_END)})$")
_DAY: Final = 86_400
#: The representations of a document are asked for one after the other, and are looked up in the same few ways.
_RECALLED: Final = 32


@dataclass(slots=True)
class Found:
    """What a walk came upon: pages that aren't about one thing, and things that were withdrawn, with what replaces them."""

    pages: set[Placed] = field(default_factory=set)
    withdrawn: dict[str, str | None] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)


class Scribe:
    """Asks the application about one edition and writes its answers below `folder`."""

    def __init__(self, app: Flask, edition: Edition, folder: Path, *, host: str) -> None:
        self._urls = app.url_map.bind("")
        self._client = Client(app)
        self._edition = edition
        self._folder = folder
        self._host = host
        self._made: set[Path] = set()
        self.found = Found()

    def write_things(self, names: Iterable[str]) -> None:
        """Every page of every representation of the document of each of `names`."""
        for name in names:
            path = path_of(name, self._edition.base_iri)
            if self._is_document(path):
                self._note_standing(path)
                for language in LANGUAGES:
                    if self._write_pages(f"/{path}", language) and language == LANGUAGES[0]:
                        self._write_data(name, f"/{path}")

    def _is_document(self, path: str) -> bool:
        """Whether no other page of the site stands at the address of the document."""
        try:
            endpoint, _ = self._urls.match(f"/{path.partition('?')[0]}", method="GET")
        except HTTPException:
            return False
        return str(endpoint).startswith("documents.")

    def _note_standing(self, path: str) -> None:
        if not path.startswith("doc/"):
            return
        thing = f"/id/{path.removeprefix('doc/')}"
        response = self._asked(thing)
        if response.status_code != 303:
            self.found.withdrawn[thing] = response.headers.get("Location")

    def _write_pages(self, address: str, language: str) -> int:
        """The pages of a document in one language; how many there are."""
        joint = "&" if "?" in address else "?"
        last = self.write(_placed(f"{address}{joint}lang={language}", language))
        for number in range(2, last + 1):
            self.write(_placed(f"{address}{joint}page={number}&lang={language}", language))
        return last

    def _write_data(self, name: str, address: str) -> None:
        """The document about `name` in each RDF format and profile that has a file of its own, and its link sets."""
        profiled = not is_whole_graph(self._edition, name)
        for href, media_type, profile in representations(address, profiled=profiled):
            if media_type != HTML and has_own_file(media_type, profile):
                for number in range(2, self._write_form(href) + 1):
                    self._write_form(f"{href}{'&' if '?' in href else '?'}page={number}")
        for place, media_type in linksets_of(_placed(address, LANGUAGES[0]), name):
            response = self._asked(place.address, accept=media_type)
            _expect_answer(place, response)
            self._write_file(self._folder / place.path, response.get_data())

    def _write_form(self, address: str) -> int:
        """One representation, where the format can hold what is said; how many pages there are of it."""
        response = self._asked(address)
        if response.status_code != 406:
            self._keep(_placed(address, LANGUAGES[0]), response)
        return _pages(response)

    def write(self, place: Placed) -> int:
        """The answer at a place, if there is one; how many pages there are of it."""
        response = self._asked(place.address)
        if response.status_code == 404:
            self.found.missing.add(place.path)
            return 0
        _expect_answer(place, response)
        self._keep(place, response)
        return _pages(response)

    def has_written(self, place: Placed) -> bool:
        """Whether a place was looked after: it has a file, or the site knows nothing there."""
        return place.path in self.found.missing or (self._folder / place.path).exists()

    def write_problem(self, place: Placed, *, accept: str) -> None:
        """The answer to a request that can't be met."""
        self._keep(place, self._asked(place.address, accept=accept), own=place.address.partition("?")[0])

    def _asked(self, address: str, *, accept: str = "text/html, */*;q=0.1") -> TestResponse:
        return self._client.get(
            address, base_url=self._host, headers={"Accept": accept}, environ_overrides={STATIC: "yes"}
        )

    def _keep(self, place: Placed, response: TestResponse, *, own: str = "") -> None:
        body = response.get_data()
        if told := _TONGUE.search(place.path):
            text, language = body.decode(), told[1]
            is_page = place.path.endswith(".html")
            text = relinked(text, language, self._note, own=own) if is_page else relinked_data(text, language)
            body = text.encode()
        path = self._folder / place.path
        self._write_file(path, body)
        headers = list(response.headers.items())
        if is_worth_it(headers, len(body)):
            self._write_file(path.with_name(f"{path.name}.gz"), packed(headers, body)[1])

    def _note(self, place: Placed) -> None:
        """Documents are walked anyway, and what is the application's own is copied."""
        if not place.path.startswith(("doc/", "describe/", "static/", "dataset/")):
            self.found.pages.add(place)
            if place.path.endswith(".csv"):
                self.found.pages.update(tables_beside(place))

    def _write_file(self, path: Path, body: bytes) -> None:
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        with path.open("xb") as stream:  # two addresses that share a file are a fault of ours
            stream.write(body)
        stamped(path, body, self._edition.manifest.modified)


def _expect_answer(place: Placed, response: TestResponse) -> None:
    if response.status_code != 200:
        raise ExportError(
            f"The site answers {response.status_code} at {place.address}, so it can't be exported. Please report this."
        )


def _pages(response: TestResponse) -> int:
    """How many pages there are of what a response is the first of."""
    found = _LAST.search(response.headers.get("Link", ""))
    return int(found[1]) if found else 1


def _placed(address: str, language: str) -> Placed:
    place = place_of(address, language)
    if place is None:
        raise ExportError(f"{address} has no place in an export. Please report this.")
    return place


def stamped(path: Path, body: bytes, modified: str | None) -> None:
    """Gives a file a time that follows from its content, or from a digest of it: web servers make their entity tags of time and size."""
    day = datetime.fromisoformat(modified or "2000-01-01").replace(tzinfo=UTC) - timedelta(days=1)
    seconds = int(day.timestamp()) + zlib.crc32(body) % _DAY
    os.utime(path, (seconds, seconds))


@contextmanager
def opened(releases: Path, limits: Limits, folder: Path, *, host: str) -> Iterator[tuple[Edition, Scribe]]:
    """The current edition of `releases` with a scribe for it."""
    editions = Editions(releases, limits, Stores(recalled=_RECALLED))
    try:
        with editions.current() as edition:
            yield edition, Scribe(create_app(editions, Settings(limits)), edition, folder, host=host)
    finally:
        editions.close()
