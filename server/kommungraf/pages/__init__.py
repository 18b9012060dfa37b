"""The pages and documents, each kind with its addresses."""
