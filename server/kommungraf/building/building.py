"""From a project's folders to the content of a release: read, assemble, validate."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from kommungraf.building.questions import read_questions
from kommungraf.building.release import Content
from kommungraf.dataset.dataset import Dataset, assembled, stated
from kommungraf.dataset.inputs import read_inputs
from kommungraf.dataset.project import Project
from kommungraf.quads.collector import give_back, seldom
from kommungraf.validation.findings import Finding
from kommungraf.validation.validation import validated
from kommungraf.validation.verdicts import Verdicts

__all__ = ["checked"]


def checked(project: Project, progress: Callable[[str], None], remembered: Path | None = None) -> Content:
    """The content of the release that the project would make; it is assembled and judged when that is asked for.

    Verdicts that the file `remembered` holds are not given again; it then holds those of this time.
    """
    seldom()
    progress("read")
    inputs = read_inputs(project)
    said = stated(inputs, project)
    questions = read_questions(project.questions) if project.questions and project.questions.is_dir() else ()

    @cache
    def assemble() -> Dataset:
        progress("assemble")
        give_back()
        return assembled(said, project)

    @cache
    def judge() -> Sequence[Finding]:
        # Without shapes and rules nothing needs the held view.
        lines = assemble().held_lines if inputs.shapes or inputs.ontology else ()
        progress("validate")
        give_back()
        return validated(said.claims, lines, inputs, Verdicts(remembered))

    return Content(assemble, judge, questions)
