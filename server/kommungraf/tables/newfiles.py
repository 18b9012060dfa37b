"""Files that people ask for: written once, and never over another."""

from pathlib import Path

from kommungraf.errors import OutputFault, Place

__all__ = ["write_new"]


def write_new(path: Path, content: bytes) -> None:
    """Writes a file; raises OutputFault where there is one already or none can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        message = "There is such a file already; it is left as it is. Choose another name."
        raise OutputFault(message, Place(str(path))) from error
    except OSError as error:
        raise OutputFault(
            "The file can't be written: {reason}.", Place(str(path)), reason=error.strerror
        ) from error
