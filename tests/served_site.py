"""The command `kommungraf serve` over releases, as its users start it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(releases: Path) -> Iterator[str]:
    """The address of a server over `releases`, without a slash at its end."""
    command = [sys.executable, "-m", "kommungraf.cli", "serve", "--port", "0", "--releases", str(releases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            line = next(line for line in server.stdout if "http://" in line)
            threading.Thread(target=server.stdout.read, daemon=True).start()
            yield line.split()[-1].rstrip("/")
        finally:
            server.terminate()
