"""The whole site as files for a web host that runs no program."""
