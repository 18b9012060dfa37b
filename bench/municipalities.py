"""The municipalities of a generated dataset, Swedish and foreign: the rows of a register."""

from dataclasses import dataclass
from random import Random
from typing import Final

from bench.faults import Faults
from bench.statements import Statements, iri, text, thing, typed

__all__ = ["Municipalities"]

#: Word lists are split strings, as a list of words would be formatted one a line.
_COUNTIES: Final = "01 03 04 05 06 07 08 09 10 12 13 14 17 18 19 20 21 22 23 24 25".split()  # noqa: SIM905
_CODES_PER_COUNTY: Final = 100
_ABROAD: Final = "NOR DNK FIN DEU POL LTU LVA EST FRA ITA ESP PRT GBR IRL NLD BEL CZE ZAF KEN TZA CHN".split()  # noqa: SIM905
_COUNTRY: Final = "http://publications.europa.eu/resource/authority/country/"
_FIRST: Final = "Al Berg Dal Ek Fors Gran Hammar Ing Jäl Lund Mar Nor Öst Rön Sand Väst Åker Älv".split()  # noqa: SIM905
_MIDDLE: Final = ["", "a", "e", "inge", "ers", "näs", "sjö", "ö"]
_LAST: Final = "by hult köping stad torp ås vik mora berga holm".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Municipalities:
    """`number` municipalities, half of them Swedish as far as there are codes."""

    number: int

    @property
    def swedish(self) -> int:
        """How many are Swedish; they come first."""
        return min(self.number // 2, len(_COUNTIES) * _CODES_PER_COUNTY)

    def term(self, number: int) -> str:
        """The IRI of a municipality."""
        return thing("municipality", self._key(number))

    def name(self, number: int) -> str:
        """The name of a municipality, without the word for what it is."""
        first, rest = number % len(_FIRST), number // len(_FIRST)
        last, rest = rest % len(_LAST), rest // len(_LAST)
        middle, rest = rest % len(_MIDDLE), rest // len(_MIDDLE)
        return f"{_FIRST[first]}{_MIDDLE[middle]}{_LAST[last]}{f' {rest + 1}' if rest else ''}"

    def country(self, number: int) -> str:
        """The three letters of a municipality's country."""
        return "SWE" if number < self.swedish else _ABROAD[number % len(_ABROAD)]

    def _key(self, number: int) -> str:
        return f"se-{self._code(number)}" if number < self.swedish else f"{self.country(number).lower()}-{number}"

    def _code(self, number: int) -> str:
        return f"{_COUNTIES[number % len(_COUNTIES)]}{number // len(_COUNTIES):02}"

    def surroundings(self, part: Statements) -> None:
        """The counties and countries in which municipalities lie."""
        for code in ("SWE", *_ABROAD):
            country = f"<{_COUNTRY}{code}>"
            part.add(country, a=iri("dcterms:Location"), skos_prefLabel=[text(code, "sv"), text(code, "en")])
        for code in _COUNTIES:
            part.add(
                thing("county", f"se-{code}"),
                a=iri("kg:County"),
                skos_prefLabel=[text(f"Län {code}", "sv"), text(f"County {code}", "en")],
                skos_notation=typed(code, "kg:countyCode"),
                geo_sfWithin=f"<{_COUNTRY}SWE>",
            )

    def described(self, number: int, random: Random, faults: Faults) -> Statements:
        """A row of the register: the claim's metadata, and what it says of the municipality."""
        part, key, municipality = Statements(), self._key(number), self.term(number)
        claim = thing("claim", f"municipality-register/{key}")
        part.add(
            claim,
            a=iri("kg:Claim"),
            prov_wasDerivedFrom=thing("source", "municipality-register"),
            kg_tableFile=text("municipalities.csv"),
            csvw_rownum=typed(str(number + 1), "xsd:integer"),
            kg_status=iri("kg:Accepted"),
        )
        part.graph = f"{claim} "
        name, geometry = self.name(number), thing("geometry", key)
        labels = [text(f"{name} kommun", "sv"), text(f"{name} Municipality", "en")]
        if faults.due("LabelShape-one-per-language", municipality):
            labels.append(text(f"Kommunen {name}", "sv"))
        part.add(
            municipality,
            a=iri("kg:Municipality"),
            skos_prefLabel=labels,
            skos_altLabel=text(name, "sv"),
            skos_exactMatch=f"<http://www.wikidata.org/entity/Q{9_000_000 + number}>",
            geo_sfWithin=self._within(number),
            geo_hasDefaultGeometry=geometry,
        )
        if number < self.swedish:
            part.add(municipality, skos_notation=typed(self._notation(number, faults), "kg:municipalityCode"))
        part.add(
            geometry,
            a=iri("geo:Geometry"),
            wgs84_lat=typed(f"{random.uniform(55.5, 68.5):.5f}", "xsd:decimal"),
            wgs84_long=typed(f"{random.uniform(11.5, 23.5):.5f}", "xsd:decimal"),
        )
        return part

    def _within(self, number: int) -> list[str]:
        if number >= self.swedish:
            return [f"<{_COUNTRY}{self.country(number)}>"]
        county = number % len(_COUNTIES)
        nuts = f"<http://data.europa.eu/nuts/code/SE{110 + county}>"
        return [thing("county", f"se-{_COUNTIES[county]}"), nuts]

    def _notation(self, number: int, faults: Faults) -> str:
        code = self._code(number)
        if not faults.due("MunicipalityShape-code-pattern", self.term(number)):
            return code
        return f"{code[:2]}{chr(ord('A') + int(code[2]))}{code[3]}"
