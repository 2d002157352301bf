"""Names as they are compared: one spelling for what is only spelt otherwise, and the words that tell."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from ingest.link.hashing import hash_texts

Texts = npt.NDArray[np.object_]
Ids = npt.NDArray[np.int32]
NONE = -1
GRAM_WORDS = 4
"""Words of 64 bits that hold a name's three-letter pieces: with 256 bits, two names of 25 letters meet by
chance in two or three."""
BITS = 64 * GRAM_WORDS
RARE_SHARE = 1 / 4000
"""Share of the names in which a word stands that is not among the frequent ones: twelve bits."""


@dataclass(frozen=True)
class Names:
    """The distinct names of some records, and which record bears which.

    `of_record` has the shape (records, spellings): positions in the other arrays, -1 where a record has none.
    `whole` are the words in alphabetical order, and `words` their number, one for all orders in which a name puts
    them; `core` those that are not common; `squeezed` and `initials` keep the name's own order, `own_initials` its
    language too. `grams` are the bits of the core's three-letter pieces (of the whole, where there is no core), shape
    (names, `GRAM_WORDS`); `bits`, shape (names, vocabulary), the root of how rare each word is (-log2 of its share);
    `institutions` one bit for each kind of house that a name says it is.
    """

    of_record: npt.NDArray[np.int32]
    words: Ids
    whole: Texts
    core: Texts
    squeezed: Texts
    initials: Texts
    own_initials: Texts
    grams: npt.NDArray[np.uint64]
    is_common: npt.NDArray[np.bool_]
    bits: csr_array
    institutions: npt.NDArray[np.int32]


@cache
def lexicon() -> dict[str, Any]:
    """Return the words that two spellings of one name may differ in."""
    return tomllib.loads((files("ingest.link") / "words.toml").read_text("utf-8"))


@cache
def _one_spelling() -> dict[str, str]:
    told = lexicon()
    dropped = dict.fromkeys([*told["legal_forms"], *told["small_words"]], "")
    return {word: group[0] for group in told["same"] for word in group} | dropped


def plain_texts(texts: pa.Array) -> pa.Array:
    """Return texts in small letters without accents or signs, words apart by one space; null becomes empty.

    >>> plain_texts(pa.array(["L'Épicerie & Cie, A.S.B.L.", "Arnie Morton's", None])).to_pylist()
    ['l epicerie cie asbl', 'arnie mortons', '']
    """
    text = pc.utf8_lower(pc.utf8_normalize(pc.fill_null(texts.cast(pa.string()), ""), "NFKD"))
    for pattern, told in (
        (r"\p{M}", ""),
        ("œ", "oe"),
        ("æ", "ae"),
        ("ß", "ss"),
        ("['\u2019`]s\\b", "s"),
        (r"\b(\pL)\.", r"\1"),
        (r"[^\pL\pN]+", " "),
    ):
        text = pc.replace_substring_regex(text, pattern, told)
    return pc.utf8_trim_whitespace(text)


def _phrases_told(plain: pa.Array) -> pa.Array:
    """Return plain texts with each phrase in the words that it is compared in."""
    phrases = lexicon()["phrases"]
    has_one = pc.match_substring_regex(plain, rf"\b({'|'.join(map(re.escape, phrases))})\b")
    some = plain.filter(has_one)
    for phrase, told in phrases.items():
        some = pc.replace_substring_regex(some, rf"\b{re.escape(phrase)}\b", told)
    return pc.replace_with_mask(plain, has_one, some)


def canonical_words(texts: pa.Array) -> pa.ListArray:
    """Return each text's words in one spelling, without legal forms and small words; of nothing else, the plain words.

    >>> canonical_words(pa.array(["VZW Huis van de Wijk", "De Van ASBL"])).to_pylist()
    [['maison', 'quartier'], ['de', 'van', 'asbl']]
    """
    plain = _phrases_told(plain_texts(texts))
    words = pc.split_pattern(plain, " ")
    flat = pc.list_flatten(words).dictionary_encode()
    spelt = pa.array([_one_spelling().get(word, word) for word in flat.dictionary.to_pylist()], pa.string())
    told = spelt.take(flat.indices)
    owner = pc.list_parent_indices(words).to_numpy(zero_copy_only=False)
    kept = pc.not_equal(told, "").to_numpy(zero_copy_only=False)
    emptied = np.ones(len(words), dtype=bool)
    emptied[owner[kept]] = False
    takes = kept | emptied[owner]
    chosen = pc.if_else(pa.array(kept), told, pc.list_flatten(words)).filter(pa.array(takes))
    counts = np.bincount(owner[takes], minlength=len(words))
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(counts)]), pa.int32()), chosen)


def _own_initials(texts: pa.Array) -> pa.Array:
    """Return the initials of each text's words in its own language, without those of small words and legal forms.

    >>> _own_initials(pa.array(["Vrije Universiteit Brussel", "Huis van de Wijk vzw"])).to_pylist()
    ['vub', 'hw']
    """
    dropped = "|".join((*lexicon()["small_words"], *lexicon()["legal_forms"]))
    told = pc.replace_substring_regex(plain_texts(texts), rf"\b(?:{dropped})\b", "")
    return pc.replace_substring_regex(told, r"(\S)\S*\s*|\s+", r"\1")


def name_table(
    columns: list[pd.Series],
    common: Collection[str],
    common_names: Collection[str],
    shares: Mapping[str, float],
) -> Names:
    """Return the names of records that bear them in these columns, some of which may be empty.

    `common`: words that do not tell one place from another; `common_names`: names (`whole`) that several places bear;
    `shares`: of the more frequent words, in which share of names they stand.
    """
    codes, distinct = pd.factorize(pd.concat([column.astype(object) for column in columns]).fillna(""))
    raw = canonical_words(pa.array(distinct, pa.string()))
    order_words = pc.list_flatten(raw)
    initials = _joined(raw, pc.utf8_slice_codeunits(order_words, 0, 1), "")
    own_initials = _own_initials(pa.array(distinct, pa.string()))
    squeezed = pc.binary_join(raw, "")
    owner, word, vocabulary = _sorted_words(raw)
    whole = _join(owner, word, vocabulary, len(distinct))
    # By the order of its words too: how one record is spelt must not depend on which others there are.
    spelt = pc.binary_join_element_wise(whole, squeezed, own_initials, " | ")
    keys = pa.chunked_array([spelt]).dictionary_encode().combine_chunks()
    name_of_spelling = keys.indices.to_numpy()
    first = np.full(len(keys.dictionary), -1, dtype="int64")
    first[name_of_spelling[::-1]] = np.arange(len(name_of_spelling))[::-1]
    is_common_word = np.isin(vocabulary.astype(str), list(common)) if len(vocabulary) else np.zeros(0, bool)
    tells = ~is_common_word[word]
    core = _join(owner[tells], word[tells], vocabulary, len(distinct))
    grams = _grams(owner, word, tells, vocabulary, len(distinct))
    whole_texts = _objects(whole)[first]
    of_record = name_of_spelling[codes].reshape(len(columns), -1).T.astype("int32")
    return Names(
        of_record=_without_repeats(of_record, whole_texts),
        words=pd.factorize(whole_texts)[0].astype("int32"),
        whole=whole_texts,
        core=_objects(core)[first],
        squeezed=_objects(squeezed)[first],
        initials=_objects(initials)[first],
        own_initials=_objects(own_initials)[first],
        grams=grams[first],
        is_common=np.isin(whole_texts.astype(str), list(common_names)),
        bits=_bits(owner, word, vocabulary, shares, len(distinct))[first],
        institutions=_institutions(owner, word, vocabulary, len(distinct))[first],
    )


def _objects(texts: pa.Array) -> Texts:
    return np.asarray(texts.to_pandas(), dtype=object)


def _joined(lists: pa.ListArray, flat: pa.Array, sign: str) -> pa.Array:
    return pc.binary_join(pa.ListArray.from_arrays(lists.offsets, flat), sign)


def _sorted_words(lists: pa.ListArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Texts]:
    """Return owner, word (position in the vocabulary) of every word, by owner and then by the alphabet."""
    flat = pc.list_flatten(lists).dictionary_encode()
    vocabulary, codes = np.unique(
        np.asarray(flat.dictionary.to_pandas(), dtype=object).astype(str), return_inverse=True
    )
    owner = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype("int64")
    width = max(len(vocabulary), 1)
    both = np.unique(owner * width + codes[flat.indices.to_numpy()])
    return both // width, both % width, vocabulary.astype(object)


def _institutions(
    owner: npt.NDArray[np.int64], word: npt.NDArray[np.int64], vocabulary: Texts, length: int
) -> npt.NDArray[np.int32]:
    told = np.zeros(length, dtype="int32")
    kinds = {kind: 1 << at for at, kind in enumerate(lexicon()["institutions"])}
    bit = np.array([kinds.get(text, 0) for text in vocabulary], dtype="int32")
    np.bitwise_or.at(told, owner, bit[word])
    return told


def _join(
    owner: npt.NDArray[np.int64], word: npt.NDArray[np.int64], vocabulary: Texts, length: int
) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=length))])
    flat = pa.array(vocabulary, pa.string()).take(pa.array(word))
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat), " ")


def _grams(
    owner: npt.NDArray[np.int64],
    word: npt.NDArray[np.int64],
    tells: npt.NDArray[np.bool_],
    vocabulary: Texts,
    length: int,
) -> npt.NDArray[np.uint64]:
    """Return the bits of each name's three-letter pieces; a name of common words alone has those of its common
    words.
    """
    pieces = [[f"^{text}$"[at : at + 3] for at in range(len(text))] for text in vocabulary]
    sizes = np.array([len(some) for some in pieces], dtype="int64")
    bit = hash_texts(list(chain.from_iterable(pieces))) % np.uint64(BITS)
    of_word = np.zeros((len(vocabulary), GRAM_WORDS), dtype="uint64")
    np.bitwise_or.at(
        of_word,
        (np.repeat(np.arange(len(vocabulary)), sizes), (bit >> np.uint64(6)).astype("int64")),
        np.uint64(1) << (bit & np.uint64(63)),
    )
    has_core = np.zeros(length, dtype=bool)
    has_core[owner[tells]] = True
    used = tells | ~has_core[owner]
    grams = np.zeros((length, GRAM_WORDS), dtype="uint64")
    starts = np.flatnonzero(np.diff(owner[used], prepend=-1))
    if len(starts):
        grams[owner[used][starts]] = np.bitwise_or.reduceat(of_word[word[used]], starts)
    return grams


def _bits(
    owner: npt.NDArray[np.int64],
    word: npt.NDArray[np.int64],
    vocabulary: Texts,
    shares: Mapping[str, float],
    length: int,
) -> csr_array:
    """Return the root of each word's bits, so that the product of two names sums the bits of the words they share."""
    of_word = (
        -np.log2([shares.get(text, RARE_SHARE) for text in vocabulary]) if len(vocabulary) else np.zeros(0)
    )
    return csr_array((np.sqrt(of_word)[word], (owner, word)), shape=(length, max(len(vocabulary), 1)))


def _without_repeats(of_record: npt.NDArray[np.int32], whole: Texts) -> npt.NDArray[np.int32]:
    """Return the names of each record, each once, -1 for none."""
    empty = np.flatnonzero(whole == "")
    told = np.where(np.isin(of_record, empty), np.int32(NONE), of_record)
    for later in range(1, told.shape[1]):
        repeated = (told[:, :later] == told[:, [later]]).any(axis=1)
        told[repeated, later] = NONE
    return told
