"""Words with which people ask in Swedish and English: those that name a kind of things or a country, and those that only join others.

They are looked up folded, as people also write "vanorter".
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kommungraf.texts import folded
from kommungraf.vocab import iri

__all__ = ["COUNTRIES", "JOINING", "KINDS"]

_KINDS: Final = {
    "kg:Conflict": "konflikt konflikter konflikterna motsägelse motsägelser oenighet oenigheter conflict conflicts disagreement disagreements",
    "kg:County": "län länet länen county counties",
    "kg:KnowledgeGap": "kunskapslucka kunskapsluckor lucka luckor gap gaps",
    "kg:MunicipalPartnership": "partnerskap partnerskapet partnerskapen partnership partnerships",
    "kg:Municipality": "kommun kommuner kommunen kommunerna kommuns municipality municipalities",
    "kg:PilotStudy": "förstudie förstudier förstudien pilotstudie pilotstudier",
    "kg:CooperationActivity": "projekt projektet projekten project projects",
    "kg:RegionalCooperation": "kommunalförbund kommunalförbundet kommunalförbunden",
    "kg:Source": "källa källor källorna source sources",
    "kg:Twinning": (
        "vänort vänorter vänorten vänorterna vänortssamarbete vänortssamarbetet vänortssamarbeten vänkommun vänkommuner "
        "vänstad vänstäder twin twins twinned twinning twinnings sister"
    ),
}
#: The class that a word stands for.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {folded(word): iri(name) for name, words in _KINDS.items() for word in words.split()}
)
_JOINING: Final = (
    "alla arbetar av avtal csv eller excel finns från för har hitta hos i in lista med mellan och om partnern "
    "på samarbeta samarbetar samarbete samarbeten samarbetet samverkar som stad staden stads till vad var vem "
    "vilka vilken vilket visa är all and are at between by cities city cooperate cooperates cooperating "
    "cooperation cooperations do does download find for from has have how is list of or partner partners show "
    "that the to town towns what where which who with work working works"
)
#: Words that say how others belong together, or what every page here is about: they look nothing up.
JOINING: Final = frozenset(map(folded, _JOINING.split()))
_NATIONS: Final = {
    "BIH": "bosnisk bosniska bosniskt bosnian",
    "CHN": "kinesisk kinesiska kinesiskt chinese",
    "CZE": "tjeckisk tjeckiska tjeckiskt czech",
    "DEU": "tysk tyska tyskt german",
    "DNK": "dansk danska danskt danish",
    "EST": "estnisk estniska estniskt estländska estonian",
    "FIN": "finsk finska finskt finländska finnish",
    "FRA": "fransk franska franskt french",
    "GBR": "brittisk brittiska brittiskt engelska british english",
    "HUN": "ungersk ungerska ungerskt hungarian",
    "ISL": "isländsk isländska isländskt icelandic",
    "ITA": "italiensk italienska italienskt italian",
    "JPN": "japansk japanska japanskt japanese",
    "LTU": "litauisk litauiska litauiskt lithuanian",
    "LVA": "lettisk lettiska lettiskt latvian",
    "NAM": "namibisk namibiska namibian",
    "NLD": "nederländsk nederländska dutch",
    "NOR": "norsk norska norskt norwegian",
    "POL": "polsk polska polskt polish",
    "RUS": "rysk ryska ryskt russian",
    "SWE": "svensk svenska svenskt swedish",
    "TUR": "turkisk turkiska turkiskt turkish",
    "UKR": "ukrainsk ukrainska ukrainskt ukrainian",
    "USA": "amerikansk amerikanska amerikanskt american",
    "ZAF": "sydafrikansk sydafrikanska sydafrikanskt",
}
#: The code of the country of which a word says that something is.
COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {folded(word): code for code, words in _NATIONS.items() for word in words.split()}
)
