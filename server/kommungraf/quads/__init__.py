"""Quads in any number: as sorted lines on disk, as graphs, and under queries in bounded memory."""
