"""Web servers over an export, as any user may run them: Debian's nginx, Apache and Caddy."""

import getpass
import grp
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from waiting import PATIENCE, comes_true, free_port

#: The programs by name, with None for those that aren't installed.
PROGRAMS: Mapping[str, str | None] = {
    name: shutil.which(program) or shutil.which(program, path="/usr/sbin")
    for name, program in {"nginx": "nginx", "apache": "apache2", "caddy": "caddy"}.items()
}
_MODULES = "/usr/lib/apache2/modules"
_CONFIGURATIONS = {
    "nginx": """
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
""",
    "apache": """
ServerName localhost
ServerRoot {own}
PidFile {own}/pid
DefaultRuntimeDir {own}
ErrorLog {own}/error.log
User {account}
Group {group}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule rewrite_module {modules}/mod_rewrite.so
TypesConfig /dev/null
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
    DocumentRoot {export}/site
    Include {export}/apache/site.conf
</VirtualHost>
""",
    "caddy": """
{{
    admin off
    auto_https off
    storage file_system {own}/storage
}}
http://127.0.0.1:{port} {{
    root * {export}/site
    import {export}/caddy/site.caddy
}}
""",
}


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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(
                method, path, headers={**sent, **({"Accept": accept} if accept is not None else {})}
            )
            response = connection.getresponse()
            found: dict[str, str] = {}
            for name, value in response.headers.items():
                found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
            # Apache names itself in every redirection.
            found["location"] = found.get("location", "").removeprefix(f"http://127.0.0.1:{self.port}")
            return Reply(response.status, found, response.read())
        finally:
            connection.close()


@contextmanager
def hosted(server: str, export: Path, own: Path) -> Iterator[Host]:
    """A server over the export, with its own files in `own`."""
    program = PROGRAMS[server]
    assert program is not None
    own.mkdir()
    if server == "apache" and getpass.getuser() == "root":  # it refuses to serve as root
        with _readable(export) as copy:
            yield from _running(server, program, copy, own, ("www-data", "www-data"))
    else:
        group = grp.getgrgid(os.getgid()).gr_name
        yield from _running(server, program, export, own, (getpass.getuser(), group))


def _running(server: str, program: str, export: Path, own: Path, run_as: tuple[str, str]) -> Iterator[Host]:
    port, configuration, (account, group) = free_port(), own / server, run_as
    configuration.write_text(
        _CONFIGURATIONS[server].format(
            own=own,
            export=export,
            port=port,
            modules=_MODULES,
            user=f"{account} {group}",
            account=account,
            group=group,
        )
    )
    commands = {
        "nginx": [program, "-c", configuration, "-e", own / "error.log"],
        "apache": [program, "-f", configuration, "-D", "FOREGROUND"],
        "caddy": [program, "run", "--adapter", "caddyfile", "--config", configuration],
    }
    with (own / "output").open("wb") as output:
        process = subprocess.Popen(
            commands[server], stdout=output, stderr=output, env={**os.environ, "HOME": str(own)}
        )
    try:
        _await(port, process, own / "output")
        yield Host(port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def _readable(folder: Path) -> Iterator[Path]:
    """A copy that other users can read, outside pytest's folders, which each session closes to them."""
    with tempfile.TemporaryDirectory() as outside:
        Path(outside).chmod(0o755)
        yield Path(shutil.copytree(folder, Path(outside) / "site"))


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    assert comes_true(lambda: process.poll() is not None or _listens(port)), log.read_text()
    assert process.poll() is None, log.read_text()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except OSError:
        return False
    return True
