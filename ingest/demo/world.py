"""The fictional world as it "really" is, before any partner writes it down."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from commons.districts.structure import Districts
from commons.vocabulary import Language, ResourceKind
from ingest.demo.places import draw_places
from ingest.demo.words import host, name_dutch, name_french, names, of, sentences

ALTERNATIVES = 900
FIRST_FOUNDED, LAST_FOUNDED = date(2005, 1, 1), date(2025, 12, 31)
ENDED_SHARE = 0.12
LAST_ENDED = date(2026, 6, 30)
MUTUALISATION_YEARS = (2010, 2024)
PARTICIPANTS = (2, 15)
NEAR_M = 1200.0
"""Distance at which a local mutualisation's pull has fallen to a third."""
LANGUAGES = {"fr": 0.5, "nl": 0.2, "both": 0.3}


@dataclass(frozen=True)
class World:
    """`alternatives`: one row per `key`, points in EPSG:31370; `participations`: key, title, kind, since."""

    alternatives: gpd.GeoDataFrame
    participations: pd.DataFrame


def build_world(districts: Districts, rng: np.random.Generator, count: int = ALTERNATIVES) -> World:
    """Return a world of `count` alternatives; the same generator state gives the same world."""
    places = draw_places(districts, count, rng)
    identity = _identities(count, rng)
    alternatives = places.join(
        [identity, _texts(identity, rng), _contacts(identity, rng), _resources(count, rng)]
    )
    alternatives.insert(0, "key", [f"A{number:04}" for number in range(1, count + 1)])
    return World(alternatives, _participations(alternatives, rng))


def _identities(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return names that are unique in the world, with category, legal form and dates."""
    words = names()
    things = list(zip(words["thing"]["fr"], words["thing"]["nl"], strict=True))
    combinations = pd.DataFrame(
        [
            (
                category,
                name_french(french, thing_fr),
                name_dutch(dutch, thing_nl),
                words["category_weight"][category],
            )
            for category, kinds in words["kind"].items()
            for french, dutch in kinds
            for thing_fr, thing_nl in things
        ],
        columns=["category", "name_fr", "name_nl", "weight"],
    )
    weight = combinations["weight"] / combinations.groupby("category")["name_fr"].transform("size")
    chosen = rng.choice(len(combinations), count, replace=False, p=weight / weight.sum())
    identity = combinations.loc[chosen, ["category", "name_fr", "name_nl"]].reset_index(drop=True)
    language = rng.choice(list(LANGUAGES), count, p=list(LANGUAGES.values()))
    identity.loc[language == "nl", "name_fr"] = ""
    identity.loc[language == "fr", "name_nl"] = ""
    form = pd.Series(rng.choice(["association", "fact", "cooperative", ""], count, p=[0.55, 0.2, 0.1, 0.15]))
    founded, ended = _lifetimes(count, rng)
    return identity.assign(legal_form=form, founded_on=founded, ended_on=ended)


def _lifetimes(count: int, rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    """Return the days of founding, more of them recent, and of ending for the few that ended."""
    span = (LAST_FOUNDED - FIRST_FOUNDED).days
    founded = pd.Timestamp(FIRST_FOUNDED) + pd.to_timedelta(
        (rng.beta(2.2, 1.4, count) * span).astype(int), unit="D"
    )
    left = (pd.Timestamp(LAST_ENDED) - founded).days.to_numpy()
    ended = founded + pd.to_timedelta((left * rng.uniform(0.3, 1, count)).astype(int), unit="D")
    return pd.Series(founded), pd.Series(ended).where(rng.random(count) < ENDED_SHARE)


def _texts(identity: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the description in each language: what the category does, and often one sentence more."""
    count = len(identity)
    first, second, has_second = (
        rng.integers(0, 60, count),
        rng.integers(0, 60, count),
        rng.random(count) < 0.7,
    )
    spoken = rng.random(count) < 0.88

    def describe(language: Language) -> list[str]:
        openings = [sentences()[category][language] for category in identity["category"]]
        common = sentences()["any"][language]
        return [
            " ".join([opening[a % len(opening)], *([common[b % len(common)]] if more else [])])
            if told
            else ""
            for opening, a, b, more, told in zip(openings, first, second, has_second, spoken, strict=True)
        ]

    return pd.DataFrame({f"description_{language}": describe(language) for language in Language})


def _contacts(identity: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return invented streets, phones that no one can have, and addresses at example.org."""
    words, count = names(), len(identity)
    way, street = (
        rng.integers(0, len(words["street"]["ways"]), count),
        rng.integers(0, len(words["street"]["fr"]), count),
    )
    ways = [words["street"]["ways"][n] for n in way]
    label = pd.Series(
        [host(name) for name in identity["name_fr"].where(identity["name_fr"] != "", identity["name_nl"])]
    )
    number = rng.choice(9000, count, replace=False) + 1000
    people = pd.Series([" ".join(pair) for pair in zip(*_draw_people(count, rng), strict=True)])
    named = rng.random(count) < 0.45
    return pd.DataFrame(
        {
            "street_fr": [
                f"{w[0]} {of(words['street']['fr'][s])}" for w, s in zip(ways, street, strict=True)
            ],
            "street_nl": [f"{words['street']['nl'][s]}{w[1]}" for w, s in zip(ways, street, strict=True)],
            "house_number": [
                f"{n}{box}" for n, box in zip(rng.integers(1, 220, count), _boxes(count, rng), strict=True)
            ],
            "phone": pd.Series([f"{n // 100:02} {n % 100:02}" for n in number]).where(
                rng.random(count) < 0.75, ""
            ),
            "email": (label + "@example.org").where(rng.random(count) < 0.8, ""),
            "website": ("https://" + label + ".example.org").where(rng.random(count) < 0.6, ""),
            "contact_person": people.where(named, ""),
            "contact_email": (people.map(host).str.replace("-", ".") + "@example.org").where(named, ""),
        }
    )


def _draw_people(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    person = names()["person"]
    return rng.choice(person["first"], count), rng.choice(person["last"], count)


def _boxes(count: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(["", "A", " bte 2", "/1"], count, p=[0.85, 0.07, 0.04, 0.04])


def _resources(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return what each offers and needs: lists of resource kinds, most of them short, many empty."""
    kinds = np.array([kind.value for kind in ResourceKind])
    offered, needed = rng.random((2, count, len(kinds))) < 0.13
    needed &= ~offered
    return pd.DataFrame(
        {"offers": [kinds[row].tolist() for row in offered], "needs": [kinds[row].tolist() for row in needed]}
    )


def _participations(alternatives: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return who takes part in what since when: one joins after the other, founded and not yet ended."""
    mutualisations = [
        _participants(alternatives, title, kind, reach, rng)
        for kind, entries in names()["mutualisation"].items()
        for title, reach in entries
    ]
    return pd.concat(mutualisations, ignore_index=True).sort_values(["key", "title"], ignore_index=True)


def _participants(
    alternatives: gpd.GeoDataFrame, title: str, kind: str, reach: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the participants of one mutualisation; a near one draws them from around one place."""
    first, last = MUTUALISATION_YEARS
    year, month = divmod(int(rng.integers(12 * (last - first + 1))), 12)
    started, closing = pd.Timestamp(first + year, month + 1, 1), pd.Timestamp(LAST_FOUNDED)
    earliest = alternatives["founded_on"].where(alternatives["founded_on"] > started, started)
    latest = alternatives["ended_on"].where(alternatives["ended_on"] < closing, closing)
    possible = alternatives[(latest - earliest).dt.days > 30]
    distance_m = possible.distance(possible.geometry.iloc[int(rng.integers(len(possible)))])
    pull = np.exp(-distance_m / NEAR_M) + 0.002 if reach == "near" else np.ones(len(possible))
    fewest, most = PARTICIPANTS
    size = fewest + int(rng.beta(2, 0.9) * (most - fewest + 1))
    chosen = np.sort(rng.choice(possible.index, size, replace=False, p=pull / pull.sum()))
    room = (latest - earliest)[chosen].dt.days
    since = earliest[chosen] + pd.to_timedelta((room * rng.beta(1, 2, size)).astype(int), unit="D")
    founders = since.nsmallest(fewest).index
    since[founders] = earliest[founders]
    return pd.DataFrame(
        {"key": alternatives.loc[chosen, "key"].to_numpy(), "title": title, "kind": kind, "since": since}
    )
