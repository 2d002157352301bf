"""Records made ready: every text that is compared becomes a number, once for each distinct text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.link.hashing import hash_texts
from ingest.link.linker import NAME_COLUMNS
from ingest.link.names import Ids, Names, Texts, canonical_words, lexicon, name_table, plain_texts

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.int8]
UNKNOWN = np.int64(0)
"""The number of a value that is not known."""

PHONE_DIGITS = 8
"""The last digits of a number, the same with and without the country and the leading zero."""
LEAST_PHONE_DIGITS = 6

SHARED_HOSTS = (
    "facebook.com", "fb.com", "instagram.com", "twitter.com", "x.com", "linkedin.com", "youtube.com",
    "linktr.ee", "google.com",
    "sites.google.com", "wordpress.com", "blogspot.com", "wixsite.com", "meetup.com", "framasoft.org",
    "helloasso.com", "tripadvisor.com",
)  # fmt: skip
"""Hosts of many: there, the path tells whose page it is."""
MAIL_HOSTS = (
    "gmail.com", "hotmail.com", "hotmail.be", "outlook.com", "outlook.be", "yahoo.com", "yahoo.fr", "live.be",
    "live.com", "skynet.be", "telenet.be",
    "proximus.be", "icloud.com", "msn.com", "protonmail.com", "proton.me", "gmx.com", "belgacom.net",
    "scarlet.be", "voo.be", "free.fr",
)  # fmt: skip
"""Hosts of everybody's mail: the domain says nothing of whose it is."""
COMMON_SHARE = 0.01
"""A word in one name of a hundred says what a place is rather than which."""
NO_CATEGORY = ("", "other", "autre", "andere")


@dataclass(frozen=True)
class Usual:
    """What many have, and what therefore tells few apart.

    `word_shares`: in which share of the names a frequent word stands; from `COMMON_SHARE` on it tells no place
    from another. `names` (`Names.whole`) are borne in several places; `hosts` (`Prepared.web`) by several names.
    """

    word_shares: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    hosts: tuple[int, ...] = ()

    @staticmethod
    def of(word_shares: Mapping[str, float], names: Iterable[str], hosts: Iterable[int]) -> "Usual":
        """Return what a document tells of it."""
        return Usual(dict(word_shares), tuple(names), tuple(hosts))


NOTHING_USUAL = Usual()


@dataclass(frozen=True)
class Prepared:
    """Records in the order of their ids, as numbers: 0 where something is unknown, NaN for a place.

    `address` is the number of street and house together; `street` that of the street's own name, in `streets`.
    """

    record_id: Numbers
    dataset: Numbers
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    uncertainty_m: npt.NDArray[np.float64]
    names: Names
    street: npt.NDArray[np.int32]
    streets: Texts
    house: Numbers
    postcode: Numbers
    town: Numbers
    phone: Numbers
    email: Numbers
    web: Numbers
    web_is_of_email: npt.NDArray[np.bool_]
    web_is_common: npt.NDArray[np.bool_]
    category: Numbers
    enterprise: Numbers

    def __len__(self) -> int:
        return len(self.record_id)

    @property
    def is_located(self) -> npt.NDArray[np.bool_]:
        """Say which records have a place."""
        return np.isfinite(self.x) & np.isfinite(self.y)


def are_known(values: Numbers, left: Ids, right: Ids) -> Mask:
    """Say of which pairs both values are known."""
    told: Mask = (values[left] != UNKNOWN) & (values[right] != UNKNOWN)
    return told


def prepare(records: pd.DataFrame, usual: Usual = NOTHING_USUAL) -> Prepared:
    """Return the records as numbers; columns that are missing are unknown."""
    shares = usual.word_shares
    ordered = records.sort_values("record_id", ignore_index=True)

    def texts(column: str) -> pd.Series:
        return texts_of(ordered, column)

    def metres(column: str, otherwise: float) -> npt.NDArray[np.float64]:
        return metres_of(ordered, column, otherwise)

    spelt = [texts(column) for column in NAME_COLUMNS]
    names = name_table(
        [column for at, column in enumerate(spelt) if at == 0 or (column != "").any()],
        {*lexicon()["common_words"], *(word for word, share in shares.items() if share >= COMMON_SHARE)},
        usual.names,
        shares,
    )
    street, streets, house = _addresses(texts("street"), texts("house_number"))
    email = _keyed(texts("email"), _email)
    web = _keyed(texts("website"), _host)
    of_email = _keyed(texts("email"), _mail_host)
    host = np.where(web != UNKNOWN, web, of_email)
    return Prepared(
        record_id=ordered["record_id"].to_numpy(dtype="int64"),
        dataset=pd.factorize(ordered["dataset_id"], sort=True)[0].astype("int64"),
        x=metres("x", np.nan),
        y=metres("y", np.nan),
        uncertainty_m=metres("uncertainty_m", 0.0),
        names=names,
        street=street,
        streets=streets,
        house=house,
        postcode=_keyed(texts("postcode"), _postcode),
        town=_keyed(texts("municipality"), lambda text: pc.binary_join(canonical_words(text), " ")),
        phone=_keyed(texts("phone"), _phone),
        email=email,
        web=host,
        web_is_of_email=(web == UNKNOWN) & (of_email != UNKNOWN),
        web_is_common=np.isin(host, np.array(usual.hosts, dtype="int64")),
        category=_keyed(texts("category"), _category),
        enterprise=_keyed(texts("enterprise_number"), _digits),
    )


def texts_of(records: pd.DataFrame, column: str) -> pd.Series:
    """Return a column as texts, empty where it is missing or says nothing."""
    if column not in records:
        return pd.Series("", index=records.index, dtype=object)
    return records[column].astype(object).where(records[column].notna(), "").astype(str)


def metres_of(records: pd.DataFrame, column: str, otherwise: float) -> npt.NDArray[np.float64]:
    """Return a column as numbers, `otherwise` where it is missing or says none."""
    if column not in records:
        return np.full(len(records), otherwise)
    told = pd.to_numeric(records[column], errors="coerce").to_numpy(dtype="float64", copy=True)
    told[~np.isfinite(told)] = otherwise
    return told


def _keyed(texts: pd.Series, spell: Any) -> Numbers:
    """Return a number for each text as `spell` (of an Arrow array of distinct texts) spells it, 0 where that
    is empty.
    """
    codes, distinct = pd.factorize(texts)
    spelt = np.asarray(spell(pa.array(distinct, pa.string())).to_pandas(), dtype=object)
    keys = np.zeros(len(spelt), dtype="int64")
    known = spelt != ""
    if known.any():
        keys[known] = hash_texts(spelt[known]).astype("int64")
    return keys[codes]


def _digits(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, r"\D+", "")


def _first_of_several(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(texts, r"[;,|\n].*", "")


def _phone(texts: pa.Array) -> pa.Array:
    digits = _digits(
        pc.replace_substring_regex(_first_of_several(texts), r"(?i)\s*(ext|poste|toestel)\b.*", "")
    )
    enough = pc.greater_equal(pc.utf8_length(digits), LEAST_PHONE_DIGITS)
    return pc.if_else(enough, pc.utf8_slice_codeunits(digits, -PHONE_DIGITS), "")


def _email(texts: pa.Array) -> pa.Array:
    told = pc.utf8_lower(pc.utf8_trim_whitespace(_first_of_several(texts)))
    return pc.if_else(pc.match_substring(told, "@"), told, "")


def _mail_host(texts: pa.Array) -> pa.Array:
    told = _email(texts)
    host = pc.replace_substring_regex(told, r"^.*@", "")
    return pc.if_else(pc.is_in(host, pa.array(MAIL_HOSTS)), "", host)


def _host(texts: pa.Array) -> pa.Array:
    told = pc.utf8_lower(pc.utf8_trim_whitespace(_first_of_several(texts)))
    told = pc.replace_substring_regex(told, r"^[a-z]+://", "")
    told = pc.replace_substring_regex(told, r"^(www\d?|m|fr-fr|nl-nl)\.", "")
    told = pc.replace_substring_regex(told, r"[?#].*$|/+$", "")
    host = pc.replace_substring_regex(told, r"[/:].*$", "")
    host = pc.if_else(pc.is_in(host, pa.array(SHARED_HOSTS)), told, host)
    return pc.if_else(pc.match_substring(host, "."), host, "")


def _postcode(texts: pa.Array) -> pa.Array:
    """Return postcodes without the country before them and the part of a street behind them.

    >>> _postcode(pa.array(["B-1050", "1050", "79323-3040", "1012 AB", "SW1A 1AA"])).to_pylist()
    ['1050', '1050', '79323', '1012ab', 'sw1a1aa']
    """
    told = pc.replace_substring_regex(plain_texts(texts), r"^(?:b|be|d|de|f|fr|l|lu|nl) ?(\d{4,5})\b", r"\1")
    told = pc.replace_substring_regex(told, r"^(\d{5}) \d{3,4}$", r"\1")
    return pc.replace_substring(told, " ", "")


def _category(texts: pa.Array) -> pa.Array:
    told = plain_texts(texts)
    return pc.if_else(pc.is_in(told, pa.array(NO_CATEGORY)), "", told)


def _addresses(streets: pd.Series, houses: pd.Series) -> tuple[npt.NDArray[np.int32], Texts, Numbers]:
    """Return each record's street (position in the streets' own names, of which the first is none) and house number.

    The house number is the first number beside the street where its own column is empty.
    """
    codes, distinct = pd.factorize(streets)
    told = plain_texts(pa.array(distinct, pa.string()))
    beside = pc.extract_regex(told, r"(?:^|\s)(?P<number>\d{1,5})\pL?(?:\s|$)")
    number = pc.fill_null(pc.struct_field(beside, "number"), "")
    name = pc.replace_substring_regex(told, r"\b(between|bet|near|off|corner|coin|hoek)\b.*", "")
    name = pc.replace_substring_regex(name, r"\b\d+(st|nd|rd|th)\b", r"")
    name = pc.replace_substring_regex(
        name, r"(\pL{3,}?)s?(straat|laan|steenweg|plein|kaai|dreef|lei)\b", r"\1"
    )
    kinds = "|".join(lexicon()["street"]["kinds"])
    name = pc.replace_substring_regex(name, rf"\b({kinds}|[nsew]|\d+\pL?)\b", " ")
    own = pc.binary_join(canonical_words(name), " ")
    ordinal = pc.fill_null(
        pc.struct_field(pc.extract_regex(told, r"\b(?P<nth>\d+(?:st|nd|rd|th))\b"), "nth"), ""
    )
    own = pc.utf8_trim_whitespace(pc.binary_join_element_wise(own, ordinal, " "))
    spelt = np.asarray(own.to_pandas(), dtype=object)
    positions, street_names = pd.factorize(np.concatenate([np.array([""], dtype=object), spelt]))
    in_column = pc.fill_null(
        pc.struct_field(pc.extract_regex(pa.array(houses, pa.string()), r"(?P<number>\d{1,5})"), "number"), ""
    )
    house = pd.to_numeric(pd.Series(in_column.to_pandas()), errors="coerce").fillna(
        pd.to_numeric(pd.Series(number.to_pandas()), errors="coerce").iloc[codes].reset_index(drop=True)
    )
    return (
        positions[1:][codes].astype("int32"),
        np.asarray(street_names, dtype=object),
        house.fillna(0).to_numpy(dtype="int64"),
    )
