"""Finding things by name: search, lists, and the matching of other people's names."""
