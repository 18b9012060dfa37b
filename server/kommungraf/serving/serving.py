"""The production server: granian over the gateway to the application, started when its port is free."""

import errno
import fcntl
import logging
import os
import resource
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from flask import Flask
from granian.constants import HTTPModes, Interfaces, Loops, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from kommungraf.app import Settings, create_app
from kommungraf.editions.contacts import contacts, is_reserved
from kommungraf.editions.edition import Edition, Editions, Stores
from kommungraf.editions.foreign import Gatherer
from kommungraf.engine.confinement import die_with_parent
from kommungraf.errors import KommungrafError, ServingError
from kommungraf.http.cache import ResponseCache
from kommungraf.http.operation import Recording
from kommungraf.quads.collector import PAGES, seldom
from kommungraf.releases.manifest import read_manifest, resolve_current
from kommungraf.serving.accesslog import LogFile
from kommungraf.serving.direct import Direct
from kommungraf.serving.doorway import Doorway
from kommungraf.serving.gateway import Gateway
from kommungraf.serving.metrics import Gauges, Metrics
from kommungraf.serving.observation import Observer
from kommungraf.settings.hosting import Hosting
from kommungraf.settings.limits import Limits

__all__ = ["serve"]

_SPARE_DESCRIPTORS: Final = 1024
_LARGEST_TABLE: Final = 1 << 14
_ERRORS: Final = 2
_KILL_SECONDS: Final = 10
_GLANCE_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the worker process is to serve; `parent` is the process that started it."""

    releases: Path
    address: _Address
    hosting: Hosting
    limits: Limits
    stores: Stores
    services: tuple[str, ...]
    parent: int


def serve(
    releases: Path,
    hosting: Hosting | None = None,
    *,
    limits: Limits | None = None,
    stores: Stores = Stores(),  # noqa: B008  a frozen value
    services: tuple[str, ...] = (),
) -> None:
    """Serve the current release of `releases` until SIGTERM or SIGINT; SIGHUP opens it anew.

    Queries are answered by `stores` where there are any, and may ask `services`. Port 0 is any free one. Raises ReleaseError where there is no release and ServingError where the address
    or the file of the log can't be had.
    """
    read_manifest(resolve_current(releases))
    hosting, limits = hosting or Hosting(), limits or Limits()
    address = _free(_Address(hosting.host, hosting.port))
    _try_log(hosting.access_log_file)
    server = _server(address, limits)
    plan = _Plan(releases, address, hosting, limits, stores, services, os.getpid())
    server.serve(target_loader=partial(_application, plan), wrap_loader=False)


def _try_log(path: Path | None) -> None:
    """Find out now, and not after a fork, that the log can't be written."""
    try:
        if path is not None:
            LogFile(path).close()
    except OSError as error:
        raise ServingError(f"The access log can't be written: {error}. Choose another file.") from error


def _free(address: _Address) -> _Address:
    """The address, where no other process listens at it: granian would share the port with it (SO_REUSEPORT)."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            return _Address(address.host, probe.getsockname()[1])
    except (OSError, OverflowError) as error:
        raise ServingError(_reason(address, error)) from error


def _reason(address: _Address, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"Port {address.port} on {address.host} is in use. Choose another with --port."
    if number == errno.EACCES:
        return f"Port {address.port} needs more rights than you have. Choose one above 1023 with --port."
    return (
        f"{address.host} port {address.port} can't be listened on ({error}). Choose another with --host or --port."
    )


def _server(address: _Address, limits: Limits) -> Any:
    server: Any = Server(
        "kommungraf",
        address=address.host,
        port=address.port,
        interface=Interfaces.RSGI,
        loop=Loops.uvloop,
        runtime_mode=RuntimeModes.mt,
        http=HTTPModes.http1,
        workers=1,
        backpressure=limits.connections,
        http1_settings=HTTP1Settings(header_read_timeout=int(limits.header_seconds * 1000)),
        workers_kill_timeout=_KILL_SECONDS,
        websockets=False,
        log_level=LogLevels.error,
    )
    # granian would start another worker process; ours opens the new release without a gap.
    server.signal_handler_reload = partial(_pass_on, server)
    return server


def _pass_on(server: Any, signum: int, _frame: object) -> None:
    for worker in server.wrks:
        os.kill(worker.inner.pid, signum)


def _application(plan: _Plan) -> Doorway:
    """What granian loads in its worker process, whose threads the query host may be started from."""
    die_with_parent(plan.parent)
    for ending in (signal.SIGTERM, signal.SIGINT):  # until granian sets its own; the parent's do nothing here
        signal.signal(ending, signal.SIG_DFL)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    _allow_descriptors(plan.limits.connections)
    opened: SimpleQueue[Editions] = SimpleQueue()
    signal.signal(signal.SIGHUP, lambda *_: Thread(target=_look_again, args=(opened,)).start())
    return Doorway(partial(_gateway, plan, opened))


def _look_again(opened: "SimpleQueue[Editions]") -> None:
    """Open the current release, where one has been opened before."""
    with suppress(Empty):
        editions = opened.get_nowait()
        opened.put(editions)
        editions.reload()


def _gateway(plan: _Plan, opened: "SimpleQueue[Editions]") -> Gateway:
    """The application over the opened release; ends the process with a reason where that can't be opened."""
    try:
        editions = Editions(plan.releases, plan.limits, plan.stores, plan.services)
    except KommungrafError as error:
        print(f"kommungraf: {error}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(1)  # a thread can't end the process otherwise, and nobody else has begun anything
    opened.put(editions)
    editions.watch()
    if plan.stores.foreign:
        with editions.current() as edition:
            gatherer = Gatherer(
                plan.stores.endpoints[0], plan.releases, base_iri=edition.base_iri, limits=plan.limits
            )
        gatherer.repeat()
    with editions.current() as edition:
        line = f"Serving {edition.manifest.name} at {plan.address.url}{_unreachable(edition)}"
    gateway = _observed(plan, editions)
    seldom(PAGES)
    Thread(target=_announce, args=(plan.address, line, plan.limits.send_seconds), daemon=True).start()
    return gateway


def _unreachable(edition: Edition) -> str:
    """What to mend where every address that readers are to write to is an example."""
    found = contacts(edition)
    if not found or not all(map(is_reserved, found)):
        return ""
    return (
        f"\nReaders are told of no address to write to: {found[0].removeprefix('mailto:')} is an example."
        " Put yours into the dataset's description (vcard:hasEmail, in data/dataset.ttl) and build anew."
    )


def _observed(plan: _Plan, editions: Editions) -> Gateway:
    """The gateway with its records: what is counted is asked of the application that is counted."""
    hosting, limits = plan.hosting, plan.limits

    def exposition() -> bytes:
        return metrics.exposition()

    recording = Recording(exposition, hosting.metrics, hosting.proxies)
    app = create_app(
        editions, Settings(limits, plan.stores, recording, hosting.old_after_years, services=plan.services)
    )
    cache = ResponseCache(app, lambda: editions.content_hash, limit=limits.cache_bytes)
    metrics = Metrics(_routes(app), partial(_gauges, editions, cache))
    log = LogFile(hosting.access_log_file) if hosting.access_log_file is not None else sys.stderr
    observer = Observer(hosting, metrics, log.write)

    def close() -> None:
        editions.close()
        observer.close()

    return Gateway(Direct(editions, cache), limits, proxies=hosting.proxies, observe=observer.observe, close=close)


def _routes(app: Flask) -> set[str]:
    """The first segments of the addresses that the application has."""
    segments = {rule.rule.split("/")[1].partition(".")[0] for rule in app.url_map.iter_rules()}
    return {segment for segment in segments if segment and "<" not in segment}


def _gauges(editions: Editions, cache: ResponseCache) -> Gauges:
    with editions.current() as edition:
        manifest = edition.manifest
        return Gauges(
            workload=edition.evaluator.workload(),
            cache_bytes=cache.size,
            evictions=cache.evictions,
            version=manifest.version,
            content_hash=manifest.content_hash,
            quads=manifest.quads,
        )


def _allow_descriptors(connections: int) -> None:
    """Let this process open as many descriptors as so many connections may need, where the system lets it.

    The kernel's table of them grows now, by opening one far up: once there are threads, growing it halts the one that
    needs it, the event loop's perhaps, for ten milliseconds and more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _SPARE_DESCRIPTORS + 3 * connections
    most = max(soft, min(needed, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    os.close(fcntl.fcntl(_ERRORS, fcntl.F_DUPFD_CLOEXEC, min(most, needed, _LARGEST_TABLE) - 1))


def _announce(address: _Address, line: str, stall_seconds: float) -> None:
    """Say `line` to whoever started us, once requests are answered and stalled connections are ended."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104  to reach ourselves
    while not _answers(host, address.port):
        time.sleep(_GLANCE_SECONDS)
    _end_stalls(address.port, stall_seconds)
    print(line, flush=True)  # noqa: T201


def _end_stalls(port: int, seconds: float) -> None:
    """Have the kernel end every connection whose client takes nothing for so long; granian has no such timeout.

    A connection has the option from the socket that it was accepted from (tcp(7), TCP_USER_TIMEOUT).
    """
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as found:
            listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if listens and found.family != socket.AF_UNIX and found.getsockname()[1] == port:
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))


def _answers(host: str, port: int) -> bool:
    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("HEAD", "/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
