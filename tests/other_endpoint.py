"""An endpoint that does what its path says, as a sound, broken or hostile one might, and remembers what it heard."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

__all__ = ["JSON", "ROWS", "Heard", "OtherEndpoint", "other_endpoint"]

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
#: What it knows: two municipalities and their inhabitants.
ROWS = (
    b'{"head":{"vars":["s","n"]},"results":{"bindings":['
    b'{"s":{"type":"uri","value":"https://w3id.org/kommungraf/id/municipality/se-0765"},"n":{"type":"literal","value":"17650"}},'
    b'{"s":{"type":"uri","value":"https://w3id.org/kommungraf/id/municipality/se-0780"},"n":{"type":"literal","value":"97137"}}]}}'
)
_XML_ROWS = (
    b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="s"/><variable name="n"/></head>'
    b'<results><result><binding name="s"><uri>https://w3id.org/kommungraf/id/municipality/se-0765</uri></binding>'
    b'<binding name="n"><literal>17650</literal></binding></result></results></sparql>'
)


class Heard:
    """What an endpoint was asked: path and query of each request, and which of them are open."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.open = 0
        self.ended = threading.Event()


class OtherEndpoint(ThreadingHTTPServer):
    """The endpoint."""

    daemon_threads = True

    def __init__(self, heard: Heard) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard = heard
        self.elsewhere = "http://127.0.0.1:1/"

    def url(self, path: str) -> str:
        """Where it does what `path` says."""
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def queries(self, path: str) -> list[str]:
        """What it was asked there."""
        return [query for asked, query in self.heard.requests if asked == f"/{path}"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OtherEndpoint

    def log_message(self, *_arguments: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        heard = self.server.heard
        heard.requests.append((self.path, parse_qs(body)["query"][0]))
        heard.open += 1
        try:
            with suppress(OSError):
                getattr(self, self.path.strip("/").replace("-", "_"))()
        finally:
            heard.open -= 1
            self.close_connection = True

    def do_GET(self) -> None:
        self.server.heard.requests.append((self.path, ""))
        self._sent(200, ROWS)

    def _sent(self, status: int, body: bytes = b"", **fields: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": JSON, "Content_Length": str(len(body)), **fields}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def rows(self) -> None:
        self._sent(200, ROWS)

    def generic(self) -> None:
        self._sent(200, ROWS, Content_Type="application/json")

    def xml(self) -> None:
        self._sent(200, _XML_ROWS, Content_Type=XML)

    def many(self) -> None:
        row = b'{"s":{"type":"uri","value":"http://e/%d"},"n":{"type":"literal","value":"%s"}}'
        rows = b",".join(row % (number, b"x" * 400) for number in range(5000))
        self._sent(200, b'{"head":{"vars":["s","n"]},"results":{"bindings":[' + rows + b"]}}")

    def redirect(self) -> None:
        self._sent(307, Location=self.server.elsewhere)

    def see_other(self) -> None:
        self._sent(303, Location=self.server.elsewhere)

    def moved(self) -> None:
        self._sent(301, Location="/rows")

    def failing(self) -> None:
        self._sent(500, b"out of ideas", Content_Type="text/plain")

    def secret(self) -> None:
        self._sent(401, WWW_Authenticate='Basic realm="x"')

    def html(self) -> None:
        self._sent(200, b"<html>", Content_Type="text/html")

    def csv(self) -> None:
        self._sent(200, b"s,n\r\n", Content_Type="text/csv")

    def boolean(self) -> None:
        self._sent(200, b'{"head":{},"boolean":true}')

    def half(self) -> None:
        self._sent(200, ROWS[: ROWS.index(b"},{")] + b"}")

    def half_xml(self) -> None:
        self._sent(200, _XML_ROWS.removesuffix(b"</results></sparql>"), Content_Type=XML)

    def bomb_xml(self) -> None:
        entities = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
        start = b'<?xml version="1.0"?><!DOCTYPE sparql [<!ENTITY a0 "aaaaaaaaaa">' + entities + b"]>"
        self._sent(200, start + _XML_ROWS.split(b"?>")[1].replace(b"17650", b"&a11;"), Content_Type=XML)

    def cut(self) -> None:
        self._sent(200, ROWS[:-20], Content_Length=str(len(ROWS)))

    def lengthless(self) -> None:
        self._sent(200, ROWS, Content_Length="", Connection="close")

    def partial(self) -> None:
        self._sent(206, ROWS)

    def flood(self) -> None:
        self._chunks(b" " * (1 << 20))

    def dripping(self) -> None:
        self._chunks(b" ", every=0.05)

    def _chunks(self, chunk: bytes, every: float = 0) -> None:
        """Chunks without end."""
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not self.server.heard.ended.wait(every):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def silent(self) -> None:
        """Nothing, until the other side hangs up."""
        self.connection.settimeout(0.05)
        while not self.server.heard.ended.is_set():
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                continue


@contextmanager
def other_endpoint() -> Iterator[OtherEndpoint]:
    """The endpoint on a free port of loopback."""
    server = OtherEndpoint(Heard())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.heard.ended.set()
        server.shutdown()
        server.server_close()
