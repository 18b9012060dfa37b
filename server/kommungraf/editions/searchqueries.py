"""The SQL by which names and texts are searched in an index: what holds the words, what is called so, and what is spelt alike."""

from typing import Final

__all__ = ["ALIKE", "AS_LONG", "CALLED", "CALLED_BRIEFLY", "SEARCH", "SEARCH_WITH_COUNTS"]

# The best row of each thing: preferred labels before other names before descriptions, then the reader's language.
# What is called just so comes first, letter by letter before without accents; then names that hold the words as whole words.
_MATCHING: Final = """
    WITH matches AS MATERIALIZED (
        SELECT iri, text, lang, tier, bm25(words) AS score FROM words WHERE words MATCH :words
    ), called AS MATERIALIZED (
        SELECT iri, MIN((casefolded(text) <> :exact) + tier / 3 * 2) AS otherwise FROM matches
        WHERE tier <> 2 AND ABS(LENGTH(text) - LENGTH(:name)) < 3 AND folded(text) = :name GROUP BY iri
    ), whole AS MATERIALIZED (
        SELECT DISTINCT iri FROM words WHERE words MATCH :whole AND tier <> 2
    ), best AS (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY iri ORDER BY tier = 2, tier, lang <> :lang, score, text) AS place FROM matches
    ), found AS MATERIALIZED (
        SELECT best.iri, text, lang, tier, score, type, kind FROM best LEFT JOIN thing USING (iri)
        WHERE place = 1 AND (:type IS NULL OR type = :type)
        AND NOT EXISTS (
            SELECT 1 FROM json_each(:facets) AS wanted WHERE NOT EXISTS (
                SELECT 1 FROM facet
                WHERE facet.name = wanted.key AND facet.value = wanted.value AND facet.iri = best.iri
            )
        )
    )
"""
_HITS: Final = """
    SELECT '' AS facet, found.iri, COUNT(*) OVER () AS number, text, lang, type, kind, tier = 3 AS near
    FROM found LEFT JOIN called ON called.iri = found.iri
    ORDER BY tier = 2, kind IN (SELECT value FROM json_each(:evidence)), otherwise IS NULL, otherwise > 1,
        otherwise IS NOT NULL AND kind NOT IN ('municipality', 'county', 'place', ''), otherwise,
        kind IN ('def', 'shape'), tier, found.iri NOT IN (SELECT iri FROM whole), score, kind <> 'municipality', text, found.iri
    LIMIT :limit OFFSET :offset
"""
_COUNTS: Final = """
    SELECT 'type' AS facet, type AS value, COUNT(*) AS number FROM found WHERE type <> '' GROUP BY type
    UNION ALL SELECT facet.name, facet.value, COUNT(*) FROM found JOIN facet USING (iri) GROUP BY 1, 2
"""
SEARCH: Final = f"{_MATCHING} {_HITS}"
# To find what matches takes longer than all the rest, so it is done once for both.
SEARCH_WITH_COUNTS: Final = f"""{_MATCHING}
    SELECT facet, iri, number, text, lang, type, kind, near FROM (
        SELECT *, ROW_NUMBER() OVER () AS place FROM ({_HITS})
        UNION ALL SELECT facet, value, number, '', '', '', '', 0, 0 FROM ({_COUNTS})
    ) ORDER BY facet, place, number DESC, iri
"""  # noqa: S608  all parts are ours
# Those that share most runs of three letters with what was written, to be compared letter by letter.
ALIKE: Final = """
    SELECT alike.iri, folded, type, kind, tier FROM alike LEFT JOIN thing USING (iri)
    WHERE alike MATCH ? AND (? IS NULL OR type = ?) ORDER BY alike.rank, alike.iri LIMIT 400
"""
AS_LONG: Final = """
    SELECT alike.iri, folded, type, kind, tier FROM alike LEFT JOIN thing USING (iri)
    WHERE LENGTH(folded) BETWEEN ? AND ? AND SUBSTR(folded, 1, 1) = ? AND (? IS NULL OR type = ?)
    ORDER BY alike.iri LIMIT 1000
"""

CALLED: Final = """
    SELECT iri FROM alike JOIN thing USING (iri)
    WHERE alike MATCH :phrase AND folded = :name AND kind NOT IN (SELECT value FROM json_each(:evidence)) GROUP BY iri
    ORDER BY MIN(tier) = 3, kind NOT IN ('municipality', 'county'), kind <> 'municipality', kind IN ('def', 'shape'), iri
"""
# A name of one or two letters has no run of three by which it could be looked up.
CALLED_BRIEFLY: Final = CALLED.replace("alike MATCH :phrase AND ", "")
