"""Numbers for texts, the same in every run and on every machine."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

HASH_KEY = "brussels-commons"
"""Sixteen letters, as the hash wants them: fixed, so that a key stored today is the key looked for tomorrow."""


def hash_texts(texts: Sequence[str] | npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """Return 64 bits for each text (SipHash)."""
    return pd.util.hash_array(np.asarray(texts, dtype=object), hash_key=HASH_KEY, categorize=len(texts) > 1)
