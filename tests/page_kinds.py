"""Every kind of page that the site has, by an address of it over our own content."""

from typing import Final
from urllib.parse import quote

from bench.pages import KINDS
from kommungraf.vocab import BASE

#: Kinds that are looked at and not timed, beside those of the benchmark.
OTHERS: Final = {
    "as of a day": "/doc/municipality/se-0780?date=2015-06-01",
    "search for nothing": "/search",
    "search without a hit": "/search?q=qqqxyz",
    "list of claims": f"/list?type={quote(BASE + 'def/Claim', safe='')}",
    "claims of a source": f"/around?thing={quote(BASE + 'id/source/municipality-register', safe='')}&table=claims",
    "said elsewhere": f"/around?thing={quote(BASE + 'id/municipality/se-0780', safe='')}&table=elsewhere",
    "place abroad": "/doc/place/lt-kaunas",
    "country": "/describe?iri=http%3A%2F%2Fpublications.europa.eu%2Fresource%2Fauthority%2Fcountry%2FSWE",
    "disagreement": "/doc/conflict/before-it-existed/partnership-se-almhult-vaxjo-za-jb-marks",
    "gap": "/doc/gap/almhult-635-activities-number",
    "statement": "/doc/statement/airpages-storsthlm-se-storsthlm-members",
    "concept": "/def/Accepted",
    "fault on a long line": "/sparql?query="
    + quote("SELECT * { ?thing <http://example.org/property> ?value FILTER(?value == 3) }"),
    "no row": "/sparql?query=" + quote("SELECT * { ?a <http://example.org/none> ?b }"),
    "problem": "/problem/too-many-requests",
    "not acceptable": "/doc/municipality/se-0765?format=pdf",
    "bad date": "/doc/municipality/se-0765?date=hej",
    "preview of a match": "/reconcile/preview?id=municipality/se-0765",
    "project": "/doc/project/waste-management-vietnam",
    "second page of a list": f"{KINDS['list']}&page=2",
    "second page of a search": "/search?q=kommun&page=2",
    "narrowed search as of a year": f"/search?q=kommun&date=2010&type={quote(BASE + 'def/Municipality', safe='')}",
    "search for some of the words": f"/search?q={quote('vänorter Älmhult')}",
    "disagreements of a municipality": "/conflicts?municipality=se-0765",
    "map of a county": f"/map?county={quote(BASE + 'id/county/se-07', safe='')}",
    "nothing to check": "/check/se-9999",
    "types of problem": "/problem/",
    "example": "/sparql?example=start-of-the-partnership",
    "no query": "/sparql?query=",
    "yes or no": f"/sparql?query={quote('ASK { ?a a ?b }')}",
    "chart": f"/sparql?query={quote('SELECT ?c (COUNT(*) AS ?n) { ?a a ?c } GROUP BY ?c LIMIT 12')}",
    "graph": f"/sparql?query={quote('CONSTRUCT { ?a a ?b } WHERE { ?a a ?b } LIMIT 5')}",
    "cut answer": f"/sparql?query={quote('SELECT * { ?a ?b ?c }')}",
    "refused query": f"/sparql?query={quote('SELECT * { SERVICE <http://example.org/> { ?a ?b ?c } }')}",
}
EVERY: Final = {**KINDS, **OTHERS}
WIDEST: Final = {kind: KINDS[kind] for kind in ("home", "map", "answer", "municipality", "shape")}
