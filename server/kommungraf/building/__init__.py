"""The build: other people's lists taken in, and a checked dataset written as a release."""
