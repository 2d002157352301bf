"""The query of an address, read as pairs of a name and a value, or refused whole."""

from urllib.parse import parse_qsl

LONGEST_QUERY = 8000
MOST_FIELDS = 200

Pairs = list[tuple[str, str]]


def read_pairs(query: bytes) -> Pairs | None:
    """Return the pairs, None where the query is not understood or too long.

    >>> read_pairs(b"lang=nl&category=food")
    [('lang', 'nl'), ('category', 'food')]
    """
    if len(query) > LONGEST_QUERY:
        return None
    try:
        return parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return None


def take(pairs: Pairs, *names: str) -> tuple[dict[str, str], Pairs] | None:
    """Return the values of the names and the pairs that are left, None where a name is said twice.

    >>> take([("lang", "nl"), ("category", "food")], "lang", "size")
    ({'lang': 'nl'}, [('category', 'food')])
    """
    own = [(name, value) for name, value in pairs if name in names]
    rest = [(name, value) for name, value in pairs if name not in names]
    return None if len(dict(own)) < len(own) else (dict(own), rest)
