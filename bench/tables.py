"""The results as a table in Markdown: each number beside those of the peers and beside what is to be reached."""

import statistics
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

__all__ = ["report"]

_OURS: Final = "kommungraf"
_ORDER: Final = ("kommungraf", "Oxigraph, disk", "Oxigraph, memory", "rdflib-endpoint", "Virtuoso")
_SINGLE: Final = ("lookup", "aggregate", "count", "star")


def report(found: Mapping[str, Any]) -> str:
    """Every section that was measured."""
    machine = found["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory']}, {machine['system']}, "
        f"Python {machine['python']}."
    ]
    for _, size in sorted(found["sizes"].items(), key=lambda item: int(item[0])):
        lines += [
            "",
            f"### {size['triples']:,} triples held, {size['quads']:,} quads in {size['graphs']:,} graphs",
            "",
        ]
        lines += _sizes(size)
    return "\n".join(lines) + "\n"


def _sizes(size: Mapping[str, Any]) -> Iterator[str]:
    servers = {name: size[name] for name in _ORDER if name in size and "first" in size[name]}
    if servers:
        yield from _mix(servers)
        yield from ("", *_ratios(servers)) if _OURS in servers else ()
    for name in _ORDER:
        if "unavailable" in size.get(name, {}):
            yield f"\n{name} wasn't measured: {size[name]['unavailable']}."
    if "rate" in size.get("documents", {}).get(_OURS, {}):
        yield from ("", *_documents(size["documents"]))
    if "ready" in size.get("kills", {}):
        yield from ("", *_kills(size["kills"]))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"| --- |{' ---: |' * (len(names) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _mix(servers: Mapping[str, Any]) -> Iterator[str]:
    """Milliseconds of each query for the first time, and requests a second when it is repeated."""
    names = sorted({name for server in servers.values() for name in server["first"]})
    yield from _table(
        ("ms, first time", *servers),
        ((name, *(_cell(server, name) for server in servers.values())) for name in names),
    )
    yield ""
    yield from _table(
        ("requests/s, repeated", *servers),
        ((name, *(_rate(server, name) for server in servers.values())) for name in names),
    )
    yield ""
    yield from _table(
        ("server", "start, s", "memory, MB"),
        ((name, f"{each['start']:.2f}", f"{each['memory'] / 1e6:,.0f}") for name, each in servers.items()),
    )


def _cell(server: Mapping[str, Any], name: str) -> str:
    return f"{1000 * server['first'][name]:.2f}" if name in server["first"] else "fails"


def _rate(server: Mapping[str, Any], name: str) -> str:
    return f"{server['again'][name]:,.0f}" if name in server["again"] else "–"


def _ratios(servers: Mapping[str, Any]) -> Iterator[str]:
    """How many times as fast ours is: geometric means over the queries that both answer, and some by themselves."""
    ours = servers[_OURS]
    rows = []
    for name, peer in servers.items():
        if name != _OURS:
            first = {key: peer["first"][key] / ours["first"][key] for key in ours["first"] if key in peer["first"]}
            again = {
                key: ours["again"][key] / peer["again"][key] for key in ours["again"] if peer["again"].get(key)
            }
            single = (f"{first[key]:.2f}" if key in first else "–" for key in _SINGLE)
            rows.append((name, _mean(first), _mean(again), *single, _agreement(ours, peer)))
    yield from _table(("times as fast as", "first time", "repeated", *_SINGLE, "same answers"), rows)


def _mean(ratios: Mapping[str, float]) -> str:
    return f"{statistics.geometric_mean(ratios.values()):.2f}" if ratios else "–"


def _agreement(ours: Mapping[str, Any], peer: Mapping[str, Any]) -> str:
    pairs = [
        (mine, theirs)
        for name, answers in ours["answers"].items()
        for mine, theirs in zip(answers, peer["answers"].get(name, ()), strict=False)
    ]
    return f"{sum(mine == theirs for mine, theirs in pairs)} of {len(pairs)}"


def _documents(loads: Mapping[str, Any]) -> Iterator[str]:
    ours = loads[_OURS]["rate"]
    yield from _table(
        ("cached document", "requests/s", "p99, ms", "ours to it", "faults"),
        (
            (
                name,
                f"{each['rate']:,.0f}",
                f"{each['p99']:.2f}",
                f"{ours / each['rate']:.2f}",
                each["faults"] or "none",
            )
            for name, each in loads.items()
        ),
    )


def _kills(found: Mapping[str, Any]) -> Iterator[str]:
    yield from _table(
        ("after a killed query", ""),
        (
            ("from the deadline to the next answer, ms", f"{1000 * found['ready']:.1f}"),
            ("lookups, p99 alone, ms", f"{1000 * found['quiet']:.2f}"),
            ("lookups, p99 beside killed queries, ms", f"{1000 * found['beside']:.2f}"),
            ("ratio", f"{found['beside'] / found['quiet']:.2f}"),
            ("failed lookups", str(found["failed"])),
            ("killed queries", str(found["killed"])),
        ),
    )
