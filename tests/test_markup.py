"""The pieces of HTML that pages are made of: escaped, marked with their language, and each statement with what it rests on."""

import re
from dataclasses import replace

from kommungraf.editions.search import Label
from kommungraf.rendering.panels import Panel, Part
from kommungraf.rendering.timelines import Axis
from kommungraf.resources.links import Link
from kommungraf.resources.markup import Pen
from kommungraf.resources.views import Behind, Cluster, Fact, Group, Value
from kommungraf.texts import translations
from page_reader import PageReader

HOSTILE = "<b>\"'&"
SAFE = "&lt;b&gt;&#34;&#39;&amp;"


def pen() -> Pen:
    return Pen(translations("sv"))


def link(text: str = "Växjö", lang: str = "sv", href: str | None = "/doc/a", *, here: bool = True) -> Link:
    return Link(f"https://example.org/{text}", text, lang, href, here)


def test_link_leads_to_its_page() -> None:
    assert pen().link(link(), "sv") == '<a href="/doc/a">Växjö</a>'


def test_link_in_another_language_and_to_another_site_says_so() -> None:
    made = pen().link(link("Town", "en", "https://example.org/", here=False), "sv")
    assert made == '<a href="https://example.org/" lang="en" rel="external">Town</a>'


def test_what_can_t_be_followed_is_a_name() -> None:
    assert pen().link(link("Town", "en", None), "sv") == '<span lang="en">Town</span>'


def test_links_that_differ_in_their_text_are_told_apart() -> None:
    writer = pen()
    assert [writer.link(link(text), "sv") for text in ("a", "b", "a")] == [
        '<a href="/doc/a">a</a>',
        '<a href="/doc/a">b</a>',
        '<a href="/doc/a">a</a>',
    ]


def test_every_text_of_the_data_is_escaped() -> None:
    hostile = link(HOSTILE, HOSTILE, HOSTILE, here=False)
    value = Value(HOSTILE, text=HOSTILE, lang=HOSTILE, datatype=HOSTILE, note=HOSTILE)
    said = Fact(Value(HOSTILE), HOSTILE, value)
    support = Behind("claim", hostile, phrases=(HOSTILE,), sources=(hostile,), status=hostile)
    group = Group(hostile, (Cluster((said, said), (support,)),))
    writer = pen()
    for made in (writer.link(hostile, "sv"), writer.shown(value, "sv"), writer.rows((group,), "sv")):
        assert SAFE in made
        assert HOSTILE not in made
        assert "<b>" not in made


def test_bars_of_one_year_don_t_span_from_it_to_itself() -> None:
    row = (Part((Value("a", text="a"),)),)
    assert "Staplarna visar år 2020;" in pen().table(Panel("t", "c", ("x",), (row,), Axis(2020, 2020)), "sv")
    assert "Staplarna går från 2019 till 2020;" in pen().table(
        Panel("t", "c", ("x",), (row,), Axis(2019, 2020)), "sv"
    )


def test_worded_period_is_shown_with_its_expression_where_that_is_asked_for() -> None:
    period = Value("2018", text="år 2018", datatype="http://id.loc.gov/datatypes/edtf/EDTF")
    assert pen().shown(period, "sv") == "år 2018"
    assert pen().shown(period, "sv", exact=True) == '<data value="2018">år 2018</data>'


def test_note_stands_after_the_value() -> None:
    assert pen().listed((Value("1", text="1", note="ja"), Value("2", text="2")), "sv") == (
        '1 <span class="quiet">(ja)</span>, 2'
    )


def test_blank_node_is_unnamed_or_a_table_of_its_own() -> None:
    inner = Group(link("name"), (Cluster((Fact(Value("_:a", blank=True), "p", Value("x", text="x")),), ()),))
    assert "namnlös nod" in pen().shown(Value("_:a", blank=True), "sv")
    assert pen().shown(Value("_:a", blank=True, groups=(inner,)), "sv").startswith('<table class="facts inner">')


def test_triple_is_told_exactly() -> None:
    subject = Value("https://example.org/s")
    texts = Fact(subject, "p", Value("x", text="x", lang="sv", datatype="langString"))
    number = Fact(subject, "p", Value("1", text="1", datatype="integer"))
    thing = Fact(subject, "p", Value("https://example.org/o", link=link()))
    start = 'about="https://example.org/s" property="p"'
    rows = pen().rows((Group(link("name"), (Cluster((texts, number, thing), ()),)),), "sv")
    assert f'<li {start} content="x" data-lang="sv">' in rows
    assert f'<li {start} content="1" datatype="integer">' in rows
    assert f'<li {start} resource="https://example.org/o">' in rows


def test_statement_rests_on_claims_rules_and_graphs() -> None:
    source = link("page", href="/doc/page")
    quoted = Behind(
        "claim", link("1", href="/doc/1"), phrases=("a", "b"), sources=(source,), status=link("Omstritt")
    )
    published = replace(source, whose=Label("Växjö kommun 2021", "sv"))
    by_row = Behind("claim", link("2", href="/doc/2"), sources=(published,), row=4)
    bare = Behind("claim", link("3", href="/doc/3"))
    rule = Behind("rule", link("rule", href="/doc/rule"))
    graph = Behind("graph", link("graph", href=None))
    assert pen().rests_on((quoted, by_row, bare, rule, graph), "sv") == (
        '<ul class="behind"><li><a href="/doc/page">page</a>: <a href="/doc/1"><q>a</q> … <q>b</q></a> <span class="status">Omstritt</span></li>'
        '<li><details class="behind"><summary>och 4 till</summary><ul class="behind"><li><a href="/doc/page">Växjö kommun 2021</a> · <a href="/doc/2">rad 5 i vår tabell</a></li>'
        '<li><a href="/doc/3">påstående</a></li><li>Härlett: <a href="/doc/rule">rule</a></li><li>graph</li></ul></details></li></ul>'
    )
    assert "<details" not in pen().rests_on((quoted, by_row), "sv")
    assert pen().rests_on((), "sv") == ""


def test_what_each_row_of_a_table_rests_on_is_said_once() -> None:
    graph, rule = Behind("graph", link("graph")), Behind("rule", link("rule"))
    said = Fact(Value("s", text="s"), "p", Value("a", text="a"))
    alike = tuple(Group(link(name), (Cluster((said,), (graph,)),)) for name in ("one", "two", "three"))
    made = pen().facts(alike, "Allt", "sv")
    assert '<caption>Allt – källa till allt: <a href="/doc/a">graph</a></caption>' in made
    assert "behind" not in made
    differing = (*alike, Group(link("four"), (Cluster((said,), (rule,)),)))
    for each in (differing, alike[:2]):
        assert pen().facts(each, "Allt", "sv").count('<ul class="behind">') == len(each)
    assert pen().facts(alike, "Allt", "sv", whole=True).count('<ul class="behind">') == 3


def test_what_each_statement_about_several_things_rests_on_is_said_once() -> None:
    support = (Behind("graph", link("graph")),)
    said = [(link(name), Fact(Value("s", text="s"), "p", Value("a", text="a"), support)) for name in "abcdefghij"]
    made = pen().statements(said, "Allt", "sv")
    assert made.count('källa till allt: <a href="/doc/a">graph</a></caption>') == 1
    assert made.count("<caption>Allt</caption>") == 1  # of the rows that are folded away
    assert "behind" not in made


def test_property_stands_once_before_the_rows_of_its_statements() -> None:
    one, other = (Fact(Value("s", text="s"), "p", Value(text, text=text)) for text in "ab")
    group = Group(link("name", href="/p"), (Cluster((one,), ()), Cluster((other, one), ())))
    made = pen().rows((group,), "sv")
    assert made.count('<th scope="row" rowspan="2"><a href="/p">name</a></th>') == 1
    assert made.count("<tr>") == 2
    assert '<div about="s" property="p" content="a" datatype="">a</div>' in made
    assert ">b</li><li " in made
    assert ">s</div>" in pen().rows((group,), "sv", incoming=True)


def test_many_values_of_a_property_fold_after_the_first() -> None:
    many = tuple(Fact(Value("s"), "p", Value(str(number), text=f"v{number}")) for number in range(30))
    shown, folded, rest = pen().rows((Group(link("name"), (Cluster(many, ()),)),), "sv").partition("<details")
    assert shown.count("<li") == 12
    assert folded
    assert rest.startswith(' class="values"><summary>och 18 till</summary>')
    assert rest.count("<li") == 18


def said_of(subject: str, value: str) -> tuple[Link, Fact]:
    return link("name", href="/p"), Fact(Value(subject, text=subject), "p", Value(value, text=value))


def test_statements_about_one_thing_stand_together_below_its_name() -> None:
    made = pen().statements((said_of("a", "1"), said_of("b", "2"), said_of("a", "3")), "caption", "sv")
    assert made.count('<th scope="rowgroup"') == 2
    assert '<th scope="rowgroup" rowspan="2">a</th>' in made
    assert [made.index(f"<td>{value}</td>") for value in "132"] == sorted(
        made.index(f"<td>{value}</td>") for value in "132"
    )


def table_of(*cells: Part) -> Panel:
    return Panel("title", "caption", ("one", "two", "three")[: len(cells)], (cells,))


def test_source_that_stands_for_a_row_is_told_once_and_the_page_says_so_once() -> None:
    same, other = (Behind("claim", link(name, href=f"/doc/{name}"), row=4) for name in ("same", "other"))
    value = (Value("1", text="1"),)
    writer = pen()
    row = table_of(Part(value, (same,)), Part(value, (same,)), Part(value, (other,)))
    made = writer.table(row, "sv")
    assert (made.count("/doc/same"), made.count("/doc/other"), made.count('<p class="note">')) == (1, 1, 1)
    assert '<p class="note">' not in writer.table(row, "sv")
    assert '<p class="note">' not in pen().table(table_of(Part(value, (same,)), Part(value, (other,))), "sv")


def test_words_of_a_source_are_in_its_language() -> None:
    quoted = Behind("claim", link("1", href="/doc/1"), phrases=("a",), lang="en")
    assert '<q lang="en">a</q>' in pen().rests_on((quoted,), "sv")
    assert "<q>a</q>" in pen().rests_on((quoted,), "en")


def test_list_is_shown_by_its_members_and_says_every_triple() -> None:
    first, rest, nil = (f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}" for name in ("first", "rest", "nil"))
    members = tuple(
        (
            Fact(Value(node, blank=True), first, Value(text, text=text, datatype="urn:text")),
            Fact(
                Value(node, blank=True),
                rest,
                Value(after, link=link(after)) if after == nil else Value(after, blank=True),
            ),
        )
        for node, text, after in (("_:a", "one", "_:b"), ("_:b", "two", nil))
    )
    made = pen().shown(Value("_:a", blank=True, members=members), "sv")
    assert re.sub("<[^>]+>", " ", made).split() == ["one", "two"]
    assert made.count("<li>") == 2
    reader = PageReader()
    reader.feed(made)
    assert {(each.subject.value, each.predicate.value, each.object.value) for each in reader.triples} == {
        ("a", first, "one"),
        ("a", rest, "b"),
        ("b", first, "two"),
        ("b", rest, nil),
    }
