"""The check: the shapes held against the dataset, each result with the place in the files to mend."""
