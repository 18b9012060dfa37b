"""rdflib-endpoint over a file of quads, the default graph by itself as in every other engine: `FILE PORT`.

Its own command makes the default graph the union of all graphs, which would be another question.
"""

import sys

import uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint


def main(file: str, port: str) -> None:
    """Load, then serve until ended."""
    dataset = Dataset(default_union=False)
    dataset.parse(file, format="nquads")
    uvicorn.run(SparqlEndpoint(graph=dataset), host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main(*sys.argv[1:])
