"""The production server around the application: event loop, cache, log and counts."""
