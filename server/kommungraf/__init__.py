"""Municipal cooperation as linked data that anyone can query, download, look up and check."""

__all__ = ["__version__"]

__version__ = "0.1.0"
