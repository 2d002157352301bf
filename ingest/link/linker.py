"""What a linker is: the interface that the merge stands on, whatever finds the pairs."""

from typing import Protocol

import pandas as pd

RECORD_COLUMNS = ("record_id", "dataset_id", "name", "name_fr", "name_nl", "name_en", "x", "y")
PAIR_COLUMNS = ("left_record_id", "right_record_id", "score", "reason")


class Linker(Protocol):
    """Finds which records speak of the same alternative."""

    @property
    def name(self) -> str:
        """Return the model's name and version, as stored with each of its decisions."""

    def pairs(self, records: pd.DataFrame) -> pd.DataFrame:
        """Return the pairs taken for the same, `PAIR_COLUMNS`, each once with the smaller id on the left.

        `records` has `RECORD_COLUMNS`; x and y are metres in EPSG:31370. `score` lies in 0 to 1; `reason` is a dict
        that says what the score rests on.
        """
