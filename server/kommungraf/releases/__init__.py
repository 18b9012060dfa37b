"""What a release directory holds beside its dumps, written by the build and read by the server."""
