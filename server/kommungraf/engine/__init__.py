"""Queries: worker processes that the kernel bounds, or another engine over HTTP, behind one interface."""
