"""A look at the bytes of a whole column: most columns have nothing that a search would find, and are spared it."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

BLANK, LAST_PRINTABLE = ord(" "), ord("~")


def bytes_of(texts: pd.Series) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the UTF-8 of all texts, one after another, and where each begins; last, where the last one ends.

    What stands under a missing text means nothing.
    """
    cells = pa.array(texts, pa.large_string(), from_pandas=True)
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    _, places, data = cells.buffers()
    starts = np.frombuffer(places, dtype=np.int64)[cells.offset : cells.offset + len(cells) + 1]
    return np.frombuffer(data or b"", dtype=np.uint8)[starts[0] : starts[-1]], starts - starts[0]


def may_hold(texts: pd.Series, characters: str) -> bool:
    """Say whether any of the characters may stand in any of the texts.

    >>> may_hold(pd.Series(["un", "deux"]), "<&"), may_hold(pd.Series(["un & deux"]), "<&")
    (False, True)
    """
    column, _ = bytes_of(texts)
    data = column.tobytes()
    return any(character.encode() in data for character in characters)


def may_hold_from(texts: pd.Series, character: str) -> bool:
    r"""Say whether a character of this number or a higher one may stand in any of the texts.

    >>> may_hold_from(pd.Series(["caf\u00e9"]), "\u0300"), may_hold_from(pd.Series(["cafe\u0301"]), "\u0300")
    (False, True)
    """
    column, _ = bytes_of(texts)
    return bool((column >= character.encode()[0]).any())


def begins_with(texts: pd.Series, characters: str) -> pd.Series:
    """Return True where a text begins with one of these ASCII characters; of a missing text it says nothing.

    >>> begins_with(pd.Series(["1a", "a1", ""]), "0123456789").tolist()
    [True, False, False]
    """
    column, starts = bytes_of(texts)
    found = np.zeros(len(texts), dtype=bool)
    filled = np.flatnonzero(np.diff(starts))
    found[filled] = np.isin(column[starts[filled]], list(characters.encode("ascii")))
    return pd.Series(found, index=texts.index)


def may_be_longer(texts: pd.Series, letters: int) -> bool:
    """Say whether any of the texts may have more letters: none has more than bytes."""
    _, starts = bytes_of(texts)
    return bool((np.diff(starts) > letters).any())


def is_plain(texts: pd.Series) -> pd.Series:
    """Return True where a text is of printable ASCII and has no blank too many, or is missing.

    >>> is_plain(pd.Series(["Rue Haute", "Café", " Rue", "Rue ", "Rue  Haute", "", None])).tolist()
    [True, False, False, False, False, True, True]
    """
    column, starts = bytes_of(texts)
    is_blank = column == BLANK
    odd = (column < BLANK) | (column > LAST_PRINTABLE)
    odd[1:] |= is_blank[1:] & is_blank[:-1]
    filled = np.flatnonzero(np.diff(starts))
    for edge in (starts[filled], starts[filled + 1] - 1):
        odd[edge[is_blank[edge]]] = True
    plain = np.ones(len(texts), dtype=bool)
    plain[np.searchsorted(starts, np.flatnonzero(odd), side="right") - 1] = False
    return pd.Series(plain | texts.isna().to_numpy(), index=texts.index)
