"""What every exchange over HTTP shares, the SPARQL endpoint, the downloads and what probes ask."""
