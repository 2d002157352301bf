"""Why two records are taken for the same, in words: "same phone (+9.1), 12 m apart (+4.0)"."""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from commons.i18n import translate
from commons.vocabulary import Language
from ingest.link.linker import Evidence
from ingest.link.nearness import apart_m
from ingest.link.places import PlacesLinker
from ingest.link.prepare import Prepared

MINUS = "\N{MINUS SIGN}"


def reason_of(evidence: Iterable[Evidence], language: Language | None = None) -> str:
    """Return what speaks for and against, the weightiest first; the prior is left out."""
    told = sorted(
        (e for e in evidence if e.comparison != "prior"), key=lambda e: (-abs(e.weight), e.comparison)
    )
    return ", ".join(_told(e, language) for e in told)


def comparison_of(evidence: Evidence, language: Language | None = None) -> str:
    """Return what was compared and found, in words, without its weight."""
    return translate(f"link.{evidence.comparison}.{evidence.level}", language, metres=evidence.detail)


def _told(evidence: Evidence, language: Language | None) -> str:
    return f"{comparison_of(evidence, language)} ({signed(evidence.weight, language)})"


def signed(weight: float, language: Language | None = None) -> str:
    """Return a weight with its sign and one decimal, with a comma where French or Dutch is spoken.

    >>> signed(9.06)
    '+9.1'
    """
    rounded = Decimal(repr(float(weight))).quantize(Decimal("0.1"))
    mark = "." if language in {None, Language.EN} else ","
    return f"{rounded:+}".replace("-", MINUS).replace(".", mark)


def reasons_of(
    linker: PlacesLinker, prepared: Prepared, pairs: pd.DataFrame, language: Language | None = None
) -> pd.Series:
    """Return the reason of each pair, all at once: only how far apart two are does not follow from their pattern."""
    left, right = (
        np.searchsorted(prepared.record_id, pairs[f"{side}_record_id"].to_numpy()).astype("int32")
        for side in ("left", "right")
    )
    apart = pd.Series(apart_m(prepared, left, right)).map(
        lambda metres: "" if np.isnan(metres) else f"{metres:.0f}"
    )
    pattern = pairs["pattern"].reset_index(drop=True)
    sentences = {code: reason_of(linker.model.evidence(code, "\0"), language) for code in pattern.unique()}
    told = pattern.map(sentences)
    return pd.Series(
        [text.replace("\0", metres) for text, metres in zip(told, apart, strict=True)], dtype=object
    )
