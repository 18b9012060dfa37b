"""What pages are drawn with: the layout and its translations, pictures, and tables above the statements."""
