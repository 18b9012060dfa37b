"""What a dataset says about one resource, and how it is called, linked, worded and described."""
