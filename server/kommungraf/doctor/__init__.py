"""A strict client that examines a running site, ours or another's."""
