from dataclasses import fields

from kommungraf.settings.limits import Limits, published


def test_every_limit_that_holds_is_published() -> None:
    everything = Limits(client_requests=5, client_queries=2)
    assert {each.field for each, _ in published(everything)} == {each.name for each in fields(Limits)}


def test_what_is_off_is_no_limit() -> None:
    names = {each.field for each, _ in published(Limits())}
    assert not names & {"client_requests", "client_seconds", "client_queries"}
    assert "seconds" in names
