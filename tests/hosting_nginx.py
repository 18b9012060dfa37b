"""Debian's nginx over an export, as any user may run it."""

import getpass
import grp
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
_CONFIGURATION = """
daemon off;
worker_processes 1;
user {user};
pid {own}/pid;
error_log {own}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {own}/body;
    proxy_temp_path {own}/proxy;
    fastcgi_temp_path {own}/fastcgi;
    uwsgi_temp_path {own}/uwsgi;
    scgi_temp_path {own}/scgi;
    include {export}/nginx/maps.conf;
    server {{
        listen 127.0.0.1:{port};
        root {export}/site;
        include {export}/nginx/site.conf;
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True, slots=True)
class Host:
    """A web server at a port of this machine."""

    port: int

    def get(self, path: str, accept: str | None = None, method: str = "GET", **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(
                method, path, headers={**sent, **({"Accept": accept} if accept is not None else {})}
            )
            response = connection.getresponse()
            found: dict[str, str] = {}
            for name, value in response.headers.items():
                found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
            return Reply(response.status, found, response.read())
        finally:
            connection.close()


@contextmanager
def hosted(export: Path, own: Path) -> Iterator[Host]:
    """nginx serving the export, with its own files in `own`."""
    assert NGINX is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own.mkdir()
    configuration = own / "nginx.conf"
    configuration.write_text(
        _CONFIGURATION.format(
            own=own, export=export, port=port, user=f"{getpass.getuser()} {grp.getgrgid(os.getgid()).gr_name}"
        )
    )
    process = subprocess.Popen([NGINX, "-c", configuration, "-e", own / "error.log"], stderr=subprocess.DEVNULL)
    try:
        _await(port, process, own / "error.log")
        yield Host(port)
    finally:
        process.terminate()
        process.wait(10)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, log.read_text()
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())
