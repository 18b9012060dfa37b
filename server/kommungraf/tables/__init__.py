"""Tables that people keep, row by row, from the text of a cell to a claim."""
