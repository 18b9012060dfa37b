"""The mix of queries put to one server: each variant for the first time, then one of each again and again."""

import statistics
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Final

from bench.answers import ACCEPTED, Row, content
from bench.client import Client, Reply, load
from bench.peers import Running
from bench.questions import Question

__all__ = ["Mix", "asked", "repeated"]

#: A question that has taken so long in all isn't asked in further variants.
_PATIENCE: Final = 6.0
_REPEAT_SECONDS: Final = 2


@dataclass(slots=True)
class Mix:
    """Median seconds of each question, the answers to its variants, and what went wrong."""

    seconds: dict[str, float] = field(default_factory=dict)
    answers: dict[str, list[Counter[Row]]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def asked(running: Running, questions: tuple[Question, ...]) -> Mix:
    """Every variant of every question, once; the questions take turns, as those of readers do."""
    client, mix = Client(running.port), Mix()
    times: dict[str, list[float]] = {question.name: [] for question in questions}
    client.fetch(running.target("ASK { ?s ?p ?o }"), Accept=ACCEPTED[False])
    for number in range(len(questions[0].variants)):
        for question in questions:
            if question.name not in mix.faults and sum(times[question.name]) < _PATIENCE:
                try:
                    reply, rows = _answer(client, running, question, number)
                except (OSError, HTTPException, ValueError, SyntaxError) as error:
                    mix.faults[question.name] = f"{type(error).__name__}: {error}"[:300]
                    continue
                times[question.name].append(reply.seconds)
                mix.answers.setdefault(question.name, []).append(rows)
    client.close()
    mix.seconds = {name: statistics.median(each) for name, each in times.items() if each}
    return mix


def _answer(client: Client, running: Running, question: Question, number: int) -> tuple[Reply, Counter[Row]]:
    reply = client.fetch(running.target(question.variants[number]), Accept=ACCEPTED[question.is_graph])
    return reply, content(reply, is_graph=question.is_graph)


def repeated(running: Running, questions: tuple[Question, ...]) -> Mapping[str, float]:
    """Requests a second of each question's first variant, under wrk's load."""
    rates = {}
    for question in questions:
        url = f"http://127.0.0.1:{running.port}{running.target(question.variants[0])}"
        accept = f"Accept: {ACCEPTED[question.is_graph]}"
        rates[question.name] = load(url, accept, seconds=_REPEAT_SECONDS).rate
        time.sleep(0.05)
    return rates
