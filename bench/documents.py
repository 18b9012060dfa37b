"""One document from a cache, negotiated and with its tag: ours, nginx with the same bytes, Flask on gunicorn."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bench.client import Client, Load, free_port, load
from bench.peers import installed, ours
from bench.prepared import Prepared
from bench.processes import Unavailable, answers, started

__all__ = ["document_loads"]

_ACCEPT: Final = "Accept: text/turtle;q=0.9, application/ld+json;q=0.5"
_PATH: Final = "/doc/municipality/se-0101"
_SECONDS: Final = 5
_CONNECTIONS: Final = 16


def document_loads(data: Prepared, folder: Path) -> dict[str, Load]:
    """wrk's load on one document of each server, all with the same bytes."""
    place = folder / "document"
    place.mkdir(parents=True, exist_ok=True)
    loads = {}
    with ours(data, folder) as running:
        reply = Client(running.port).fetch(_PATH, Accept="text/turtle")
        if reply.status != 200 or "etag" not in reply.headers:
            raise Unavailable(f"our own document has status {reply.status} and headers {reply.headers}")
        (place / "document.ttl").write_bytes(reply.body)
        loads["kommungraf"] = _load(running.port)
        loads["kommungraf, 304"] = _load(running.port, f"If-None-Match: {reply.headers['etag']}")
    with ours(data, folder, "--access-log", "off") as running:  # as the others, who write none
        loads["kommungraf, without its log"] = _load(running.port)
    with _nginx(place) as port:
        loads["nginx"] = _load(port)
    with _gunicorn(place, folder) as port:
        loads["Flask on gunicorn"] = _load(port)
    return loads


def _load(port: int, *headers: str) -> Load:
    """wrk's load, after a short one that warms caches."""
    url = f"http://127.0.0.1:{port}{_PATH}"
    load(url, _ACCEPT, *headers, seconds=1, connections=_CONNECTIONS)
    return load(url, _ACCEPT, *headers, seconds=_SECONDS, connections=_CONNECTIONS)


@contextmanager
def _nginx(place: Path) -> Iterator[int]:
    program, port = shutil.which("nginx"), free_port()
    if program is None:
        raise Unavailable("the Debian package nginx isn't installed")
    file = place / "static" / _PATH.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(place / "document.ttl", file)
    configuration = place / "nginx.conf"
    configuration.write_text(
        f"""daemon off;
master_process on;
worker_processes 1;
pid {place}/nginx.pid;
error_log {place}/nginx.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100;
    default_type text/turtle;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port};
        root {place}/static;
        etag on;
        add_header Vary Accept;
    }}
}}
""",
        "utf-8",
    )
    command: list[str | Path] = [program, "-p", place, "-c", configuration]
    with started(command, lambda: answers(port, _PATH), log=place / "nginx.log"):
        yield port


@contextmanager
def _gunicorn(place: Path, folder: Path) -> Iterator[int]:
    port = free_port()
    command: list[str | Path] = [
        installed("flask", folder) / "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "4",
        "bench.apps.flask_app:app",
    ]
    environment = {"BENCH_DOCUMENT": str(place / "document"), "PYTHONPATH": str(Path(__file__).parents[1])}
    ready = partial(answers, port, _PATH, Accept="text/turtle")
    with started(command, ready, log=place / "gunicorn.log", environment=environment):
        yield port
