"""How alike two names are, as levels: the larger, the more alike; 0 is unknown."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from ingest.link.names import Ids, Names, Texts
from ingest.link.prepare import Levels, Mask, Prepared

NEARLY, ALIKE, SOMEWHAT, SOMEWHAT_WHOLE = 90.0, 78.0, 60.0, 74.0
"""Likeness of two names (0 to 100, share of letters that stay when one is written over to the other): one typo
in ten letters, two, a word of three; the last one for names whose common words count too."""
RARE_BITS = 10.5
"""Words in common that one name in fifteen hundred has."""
AT_ONCE = 500_000
"""Pairs whose words are counted at a time."""
PART_LETTERS = 4
"""A name that is part of another must have so many letters, or it is part of many."""
LEAST_INITIALS = 3
MISSPELT_LETTERS = 12
"""A name so long in which one letter differs is that name with a slip; of a short one it may be another."""
WORD_LETTERS = 5
"""So must be the word in which it differs: "Cour" and "Tour" are two, and so are "A" and "B"."""
NAME_LEVELS = (
    "differs",
    "somewhat",
    "part",
    "alike",
    "same_common",
    "part_rare",
    "nearly",
    "misspelt",
    "same",
)


def name_levels(prepared: Prepared, left: Ids, right: Ids) -> Levels:
    """Return how alike the most alike names of each pair are, over every language in which both have one."""
    best = np.zeros(len(left), dtype="int8")
    names = prepared.names
    for ours in names.of_record.T:
        for theirs in names.of_record.T:
            a, b = ours[left], theirs[right]
            both = np.flatnonzero((a >= 0) & (b >= 0))
            if len(both):
                best[both] = np.maximum(best[both], spelling_levels(names, a[both], b[both]))
    return best


def spelling_levels(names: Names, a: Ids, b: Ids) -> Levels:
    """Return how alike two spellings are: `NAME_LEVELS` from 1."""
    told = np.ones(len(a), dtype="int8")
    level = {name: np.int8(at) for at, name in enumerate(NAME_LEVELS, start=1)}
    equal = names.words[a] == names.words[b]
    rare = equal & (names.core[a] != "") & ~names.is_common[a]
    told[equal] = level["same_common"]
    told[rare] = level["same"]
    rest = np.flatnonzero(~equal)
    if not len(rest):
        return told
    a, b = a[rest], b[rest]
    both_tell = (names.core[a] != "") & (names.core[b] != "")
    whole = np.maximum(
        likeness(names.whole[a], names.whole[b], fuzz.ratio, SOMEWHAT),
        likeness(names.squeezed[a], names.squeezed[b], fuzz.ratio, SOMEWHAT),
    )
    core = np.zeros(len(a))
    core[both_tell] = likeness(names.core[a[both_tell]], names.core[b[both_tell]], fuzz.ratio, SOMEWHAT)
    run_together = names.squeezed[a] == names.squeezed[b]
    found = np.ones(len(a), dtype="int8")
    found[np.where(both_tell, (core >= SOMEWHAT) | (whole >= NEARLY), whole >= SOMEWHAT_WHOLE)] = level[
        "somewhat"
    ]
    # One of common words only tells little, but it is no other name where the other holds all of it.
    found[~both_tell & (likeness(names.whole[a], names.whole[b], fuzz.token_set_ratio, 100.0) > 0)] = level[
        "somewhat"
    ]
    found[_is_part(names, a, b, both_tell & (core < ALIKE)) | _is_short(names, a, b)] = level["part"]
    found[(found == level["part"]) & (shared_bits(names, a, b) >= RARE_BITS)] = level["part_rare"]
    found[np.where(both_tell, (core >= ALIKE) & (whole >= SOMEWHAT), whole >= NEARLY)] = level["alike"]
    found[(core >= NEARLY) & (whole >= SOMEWHAT)] = level["nearly"]
    found[run_together] = level["nearly"]
    # A slip in a frequent word makes a rare one of it: the words that tell are then not compared alike.
    slip = is_misspelt(names, a, b)
    tells = both_tell & ~names.is_common[a] & ~names.is_common[b]
    found[slip] = np.where(tells[slip], level["misspelt"], level["same_common"])
    # A museum and an archive of one city have most of their letters in common, and are two houses.
    ours, theirs = names.institutions[a], names.institutions[b]
    others = (ours != 0) & (theirs != 0) & (ours & theirs == 0)
    found[others] = level["differs"]
    told[rest] = found
    return told


def is_misspelt(names: Names, a: Ids, b: Ids) -> Mask:
    """Say where two names differ by one letter, or two that changed places, in a word that is long enough."""
    told = np.zeros(len(a), dtype=bool)
    for one, other in ((names.whole[a], names.whole[b]), (names.squeezed[a], names.squeezed[b])):
        slips = cpdist(one, other, scorer=OSA.distance, score_cutoff=1, dtype=np.int32, workers=2) == 1
        told |= slips & (np.minimum(_length(one), _length(other)) >= MISSPELT_LETTERS)
    for at in np.flatnonzero(told):
        told[at] = _is_slip(set(names.whole[a[at]].split()), set(names.whole[b[at]].split()))
    return told


def _is_slip(ours: set[str], theirs: set[str]) -> bool:
    """Say whether what only one of two names holds is one word of letters in each.

    >>> _is_slip({"bel", "belefde"}, {"bel", "beleefde"}), _is_slip({"salle", "bleue1"}, {"salle", "bleue2"})
    (True, False)
    """
    words = [*(ours - theirs), *(theirs - ours)]
    return len(words) == 2 and all(word.isalpha() and len(word) >= WORD_LETTERS for word in words)


def shared_bits(names: Names, a: Ids, b: Ids) -> npt.NDArray[np.float64]:
    """Return how rare it is that two names have the words in common that they have, in bits."""
    told = np.zeros(len(a))
    for start in range(0, len(a), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        told[part] = np.asarray(names.bits[a[part]].multiply(names.bits[b[part]]).sum(axis=1)).ravel()
    return told


def likeness(a: Texts, b: Texts, scorer: Callable[..., float], least: float) -> npt.NDArray[np.float32]:
    """Return how alike two texts of each pair are, 0 to 100; 0 where it is less than `least`."""
    return cpdist(a, b, scorer=scorer, score_cutoff=least, dtype=np.float32, workers=2)


def _is_part(names: Names, a: Ids, b: Ids, asked: Mask) -> Mask:
    """Say where all that tells one name stands in the other."""
    part = np.zeros(len(a), dtype=bool)
    at = np.flatnonzero(asked)
    if len(at):
        ours, theirs = names.core[a[at]], names.core[b[at]]
        shorter = np.where(_length(ours) <= _length(theirs), ours, theirs)
        whole = likeness(ours, theirs, fuzz.token_set_ratio, 100.0) >= 100.0
        part[at] = whole & (_length(shorter) >= PART_LETTERS)
    return part


def _is_short(names: Names, a: Ids, b: Ids) -> Mask:
    """Say where one name is the initials of the other."""

    def of(short: Ids, long: Ids) -> Mask:
        told = np.zeros(len(short), dtype=bool)
        for initials in (names.initials[long], names.own_initials[long]):
            told |= (names.squeezed[short] == initials) & (_length(initials) >= LEAST_INITIALS)
        return told

    return of(a, b) | of(b, a)


def _length(texts: Texts) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, texts), dtype="int64", count=len(texts))
