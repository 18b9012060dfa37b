"""The cooperations of a generated dataset, each with the source that tells of it, its memberships and its activities."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

from bench.faults import COOPERATION, Faults
from bench.municipalities import Municipalities
from bench.statements import Statements, iri, text, thing, typed

__all__ = ["cooperation"]

_KINDS: Final = {
    "partnership": "MunicipalPartnership",
    "twinning": "Twinning",
    "regional-cooperation": "RegionalCooperation",
}
_NAMES: Final = {
    "partnership": ("Partnerskapet", "Partnership"),
    "twinning": ("Vänorterna", "Twinning"),
    "regional-cooperation": ("Regionsamarbetet", "Regional cooperation"),
}
_ACTIVITIES: Final = ("Project", "Project", "PilotStudy", "CooperationActivity")
_THEMES: Final = {
    "urban-planning": ("stadsplanering", "urban planning"),
    "social-care": ("omsorg", "social care"),
    "social-services": ("socialtjänst", "social services"),
    "labour-market": ("arbetsmarknad", "the labour market"),
    "pr-communication": ("kommunikation", "communication"),
    "human-resources": ("personalfrågor", "human resources"),
    "culture-leisure": ("kultur och fritid", "culture and leisure"),
    "gender-equality": ("jämställdhet", "gender equality"),
    "business-development": ("näringsliv", "business"),
    "agenda-2030": ("Agenda 2030", "the 2030 Agenda"),
    "energy": ("energi", "energy"),
    "mental-health-disability": ("psykisk hälsa", "mental health"),
    "green-spaces": ("grönområden", "green spaces"),
    "local-democracy": ("lokal demokrati", "local democracy"),
}
_METHODS: Final = (
    ("Utbildning", "Training"),
    ("Kunskapsutbyte", "Exchange of knowledge"),
    ("Plan", "A plan"),
    ("Medborgardialog", "Dialogue with citizens"),
    ("Kartläggning", "A survey"),
    ("Samverkan", "Working together"),
)
_STARTS: Final = ("", "-03", "-09", "-22")
_REJECTED: Final = ("kg:Corroborating", "kg:Superseded", "kg:Unconfirmed")


@dataclass(slots=True)
class _Source:
    """One page: what is quoted from it, claim by claim, goes into `part`."""

    number: int
    part: Statements
    faults: Faults
    claims: int = field(default=0, init=False)

    @property
    def term(self) -> str:
        """The source's IRI."""
        return thing("source", f"page-{self.number}")

    def quote(self, words: str, status: str = "kg:Accepted", conflicts: str = "") -> str:
        """The metadata of the next claim; what is stated until the next call stands in its graph."""
        self.claims += 1
        part, claim = self.part, thing("claim", f"page-{self.number}/{self.claims}")
        quotation, position = (f"_:c{self.number}n{self.claims}{letter}" for letter in "qp")
        source, start = self.term, 100 * self.claims
        if self.faults.due("ClaimShape-quotation-length", claim):
            words += " och sedan många ord som ingen borde citera"
        if self.faults.due("ClaimShape-source-known", claim):
            source = thing("source", f"unknown-{self.number}")
        part.graph = ""
        part.add(
            claim,
            a=iri("kg:Claim"),
            prov_wasQuotedFrom=source,
            oa_hasSelector=[quotation, position],
            kg_status=iri(status),
            kg_conflictsWith=[conflicts] if conflicts else [],
        )
        part.add(quotation, a=iri("oa:TextQuoteSelector"), oa_exact=text(words))
        part.add(
            position,
            a=iri("oa:TextPositionSelector"),
            oa_start=typed(str(start), "xsd:integer"),
            oa_end=typed(str(start + len(words)), "xsd:integer"),
        )
        part.graph = f"{claim} "
        return claim


def cooperation(number: int, random: Random, municipalities: Municipalities, faults: Faults) -> Statements:
    """The source `number` and everything that it tells of one cooperation."""
    faults.choose(random, COOPERATION)
    source = _Source(number, Statements(), faults)
    kind = random.choices(tuple(_KINDS), (4, 4, 2))[0]
    members = _members(kind, random, municipalities)
    node = thing(kind, f"c{number}")
    _page(source, random, municipalities.term(members[0]))
    names = "–".join(municipalities.name(member) for member in members[:3])
    _founded(source, random, kind, node, names)
    for member in members:
        _membership(source, random, node, municipalities.term(member))
    activities = random.choice((1, 2, 3, 4, 6)) if kind == "partnership" else random.choice((0, 0, 1, 2))
    for activity in range(activities):
        _activity(source, random, node, activity, [municipalities.term(member) for member in members])
    if kind == "regional-cooperation":
        _members_counted(source, node, len(members))
    if kind == "partnership" and random.random() < 0.3:
        _led(source, node, municipalities.term(members[0]))
    if random.random() < 0.1:
        _left_open(source, node)
    return source.part


def _members(kind: str, random: Random, municipalities: Municipalities) -> list[int]:
    """A few municipalities are in many cooperations, most in few."""
    swedish, number = municipalities.swedish, municipalities.number
    members = [int(swedish * random.random() ** 2)]
    if kind == "regional-cooperation":
        wanted = min(random.randint(3, 12), swedish)
        return members + [other for other in random.sample(range(swedish), wanted) if other != members[0]]
    members.append(random.randrange(swedish, number))
    if kind == "partnership" and random.random() < 0.4:
        members.append((members[0] + 1) % swedish)
    return members


def _page(source: _Source, random: Random, publisher: str) -> None:
    issued = f"{random.randint(2005, 2025)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    odd = source.faults.due("SourceShape-issued", source.term)
    silent = source.faults.due("SourceShape-address", source.term)
    source.part.add(
        source.term,
        a=iri("kg:Source"),
        dcterms_title=text(f"Internationella samarbeten, sida {source.number}", "sv"),
        dcterms_publisher=publisher,
        dcterms_issued=typed(issued[:4], "xsd:gYear") if odd else typed(issued, "xsd:date"),
        schema_url=[] if silent else f"<https://page-{source.number}.example/samarbeten>",
    )


def _founded(source: _Source, random: Random, kind: str, node: str, names: str) -> None:
    period = _period(random)
    first = source.quote(f"samarbetar sedan {period[1:5]}")
    swedish, english = _NAMES[kind]
    source.part.add(
        node,
        a=iri(f"kg:{_KINDS[kind]}"),
        skos_prefLabel=[text(f"{swedish} {names}", "sv"), text(f"{english} {names}", "en")],
        kg_period=_readable(source, node, period),
        kg_theme=[thing("theme", theme) for theme in random.sample(tuple(_THEMES), random.randint(1, 4))],
        kg_programme=[thing("programme", "municipal-partnership")] if kind == "partnership" else [],
    )
    if random.random() < 0.15:
        second = thing("claim", f"page-{source.number}/{source.claims + 1}")
        source.part.graph = ""
        source.part.add(first, kg_conflictsWith=second)
        source.quote("började ett annat år", "kg:Disputed", first)
        source.part.add(node, kg_period=_period(random))


def _readable(source: _Source, focus: str, period: str) -> str:
    """The period, or what nobody can read."""
    return typed("någon gång", "edtf:EDTF") if source.faults.due("PeriodShape-readable", focus) else period


def _membership(source: _Source, random: Random, node: str, member: str) -> None:
    key, name = (term[1:-1].rpartition("/")[2] for term in (node, member))
    membership = thing("membership", f"{key}--{name}")
    source.quote("är med sedan starten")
    extra = "/regional-" not in node and source.faults.due("MembershipShape-member", membership)
    strange = source.faults.due("MembershipShape-role-known", membership)
    source.part.add(
        membership,
        a=iri("org:Membership"),
        org_member=[member, thing("organisation", "se-icld")] if extra else member,
        org_organization=node,
        org_role=thing("role", "unknown") if strange else thing("role", "party"),
        kg_period=[_period(random)] if random.random() < 0.7 else [],
    )
    if random.random() < 0.1:
        source.quote("gick med vid ett annat tillfälle", random.choice(_REJECTED))
        source.part.add(membership, kg_period=_period(random))


def _activity(source: _Source, random: Random, node: str, number: int, members: list[str]) -> None:
    activity = thing("project", f"c{source.number}-{number}")
    theme = random.choice(tuple(_THEMES))
    (method, way), (subject, topic) = random.choice(_METHODS), _THEMES[theme]
    source.quote(f"{method.lower()} i {subject}")
    participants = random.sample(members, random.randint(1, min(4, len(members))))
    if source.faults.due("CooperationActivityShape-participant-known", activity):
        participants.append(thing("organisation", f"unknown-{source.number}"))
    source.part.add(
        activity,
        a=iri(f"kg:{random.choice(_ACTIVITIES)}"),
        dcterms_title=[
            text(f"{method}: {subject} {source.number}", "sv"),
            text(f"{way}: {topic} {source.number}", "en"),
        ],
        dcterms_description=text(
            f"{way} about {topic}, paid for by the municipalities and the agency together.", "en"
        ),
        kg_participant=participants,
        kg_partOfCooperation=node,
        kg_theme=thing("theme", theme),
        kg_period=_period(random, closed=True),
        frapo_isFundedBy=[thing("organisation", "se-icld")] if random.random() < 0.6 else [],
    )


def _members_counted(source: _Source, node: str, members: int) -> None:
    part = source.part
    source.quote(f"består av {members} kommuner")
    part.add(node, kg_membershipListComplete=typed("true", "xsd:boolean"))
    part.add(
        thing("statement", f"c{source.number}-members"),
        a=iri("kg:CountStatement"),
        skos_prefLabel=[text("Antal medlemmar", "sv"), text("Number of members", "en")],
        kg_about=node,
        kg_counts=iri("kg:Municipality"),
        qudt_numericValue=typed(str(members), "xsd:integer"),
    )


def _led(source: _Source, node: str, party: str) -> None:
    source.quote("leds av en styrgrupp")
    source.part.add(
        thing("steering-group", f"c{source.number}"),
        a=iri("kg:SteeringGroup"),
        skos_prefLabel=[text("Styrgruppen", "sv"), text("The steering group", "en")],
        org_subOrganizationOf=node,
        kg_representedParty=party,
    )


def _left_open(source: _Source, node: str) -> None:
    source.part.graph = ""
    source.part.add(
        thing("gap", f"c{source.number}"),
        a=iri("kg:KnowledgeGap"),
        skos_prefLabel=[text("Vad samarbetet kostar", "sv"), text("What the cooperation costs", "en")],
        kg_gapSubject=node,
        kg_gapProperty=iri("schema:amount"),
        kg_gapReason=iri("kg:NotStated"),
        kg_gapSource=source.term,
    )


def _period(random: Random, *, closed: bool = False) -> str:
    """An EDTF period of the precisions that sources have, open or ended."""
    year, precision = random.randint(1990, 2022), random.choice(_STARTS)
    end = f"{year + random.choice((1, 2, 4))}{'-12' if precision else ''}"
    return typed(f"{year}{precision}/{end if closed or random.random() < 0.25 else '..'}", "edtf:EDTF")
