"""The release that is served now: opened, searched, counted, compared with earlier ones, and pushed into other engines."""
