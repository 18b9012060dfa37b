"""The content of our own release, read and validated once for all tests that ask."""

from functools import cache

from kommungraf.building import checked
from kommungraf.project import own_project
from kommungraf.release import Content


@cache
def own_content() -> Content:
    return checked(own_project(), lambda _step: None)


def silent(_step: str) -> None:
    pass
