"""What an operator may set: each setting declared once, and read from flags, the environment, a file or the defaults."""
