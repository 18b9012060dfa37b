"""From a project's folders to the content of a release: read, assemble, validate."""

from collections.abc import Callable

from kommungraf.dataset import assembled
from kommungraf.inputs import read_inputs
from kommungraf.project import Project
from kommungraf.questions import read_questions
from kommungraf.release import Content
from kommungraf.validation import validated

__all__ = ["checked"]


def checked(project: Project, progress: Callable[[str], None]) -> Content:
    """The content of the release that the project would make, with every finding about it."""
    progress("read")
    inputs = read_inputs(project)
    progress("assemble")
    dataset = assembled(inputs, project)
    progress("validate")
    findings = validated(dataset, inputs)
    questions = read_questions(project.questions) if project.questions and project.questions.is_dir() else ()
    return Content(dataset, findings, questions)
