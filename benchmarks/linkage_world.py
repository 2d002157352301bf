"""An invented Brussels in two lists: some records of one are in the other, with the faults that lists have.

Nothing here is taken from real records; the words are those that names in Brussels are made of. What two lists
of one place differ
in, and how often, is in `FAULTS`; nothing was chosen in view of how any method does on it.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

KINDS = (
    ("Potager", "Moestuin", "garden"), ("Repair Café", "Repair Café", "repair"), ("Épicerie", "Kruidenier", "food"),
    ("Maison de quartier", "Buurthuis", "community"), ("Bibliothèque", "Bibliotheek", "culture"), ("École",
    "School", "education"),
    ("Centre culturel", "Cultuurcentrum", "culture"), ("Maison médicale", "Wijkgezondheidscentrum", "health"),
    ("Atelier vélo", "Fietsatelier", "mobility"), ("Donnerie", "Weggeefwinkel", "exchange"), ("Coopérative",
    "Coöperatie", "food"),
    ("Comité de quartier", "Wijkcomité", "community"), ("Maison de jeunes", "Jeugdhuis", "youth"), ("Compost",
    "Compost", "garden"),
    ("Ressourcerie", "Kringwinkel", "exchange"), ("Restaurant social", "Sociaal restaurant", "food"),
    ("Boulangerie", "Bakkerij", "food"),
    ("Théâtre", "Theater", "culture"), ("Café", "Café", "food"), ("Marché", "Markt", "food"), ("Crèche",
    "Kribbe", "youth"),
)  # fmt: skip
PLACES = (
    ("Ixelles", "Elsene"), ("Schaerbeek", "Schaarbeek"), ("Saint-Gilles", "Sint-Gillis"), ("Forest", "Vorst"),
    ("Uccle", "Ukkel"),
    ("Molenbeek", "Molenbeek"), ("Anderlecht", "Anderlecht"), ("Etterbeek", "Etterbeek"), ("Jette", "Jette"),
    ("Laeken", "Laken"),
    ("Flagey", "Flagey"), ("Dansaert", "Dansaert"), ("Marolles", "Marollen"), ("Matonge", "Matonge"),
    ("Botanique", "Kruidtuin"),
    ("Dailly", "Dailly"), ("Helmet", "Helmet"), ("Cureghem", "Kuregem"), ("Tour et Taxis", "Thurn en Taxis"),
    ("Châtelain", "Kastelein"),
)  # fmt: skip
QUALITIES = (
    ("vert", "groen"), ("bleu", "blauw"), ("petit", "klein"), ("grand", "groot"), ("nouveau", "nieuw"),
    ("vieux", "oud"), ("libre", "vrij"),
    ("solidaire", "solidair"), ("joyeux", "vrolijk"), ("ouvert", "open"), ("sauvage", "wild"), ("partagé",
    "gedeeld"), ("rouge", "rood"),
)  # fmt: skip
THINGS = (
    ("jardin", "tuin"), ("arbre", "boom"), ("pont", "brug"), ("moulin", "molen"), ("soleil", "zon"), ("lune",
    "maan"), ("fleur", "bloem"),
    ("pain", "brood"), ("monde", "wereld"), ("main", "hand"), ("étoile", "ster"), ("rivière", "rivier"),
    ("marmite", "ketel"), ("ruche", "korf"),
    ("fourmi", "mier"), ("hérisson", "egel"), ("tournesol", "zonnebloem"), ("lampe", "lamp"), ("clé",
    "sleutel"), ("table", "tafel"),
    ("fil", "draad"), ("bouton", "knoop"), ("graine", "zaad"), ("racine", "wortel"), ("colline", "heuvel"),
    ("vent", "wind"), ("nuage", "wolk"),
)  # fmt: skip
SYLLABLES = ("ba", "bo", "ca", "da", "de", "fi", "ga", "jo", "ka", "ko", "la", "li", "lo", "ma", "me", "mi",
"na", "no", "pa", "po", "ra", "ri", "ro",
             "sa", "si", "so", "ta", "ti", "to", "va", "vi", "za", "zi")  # fmt: skip
OWN_WORDS = 20_000
"""Words beside these that names are made of, as often as words are (Zipf): surnames, streets, finds. Most of
them are the same in Dutch."""
LEGAL = ("ASBL", "asbl", "VZW", "vzw", "A.S.B.L.", "SCRL", "fs", "CV")
SHORTENED = {
    "Saint": "St",
    "Maison": "M.",
    "Centre": "Ctre",
    "Comité": "Cté",
    "Bibliothèque": "Bib.",
    "Coopérative": "Coop",
    "Restaurant": "Resto",
}
STREETS_FR, STREETS_NL = (
    ("Rue", "Avenue", "Chaussée", "Place", "Boulevard"),
    ("straat", "laan", "steenweg", "plein", "laan"),
)
FAULTS = {
    "typo": 0.25, "second typo": 0.08, "legal form": 0.30, "words dropped": 0.12, "words turned": 0.08,
    "shortened": 0.15, "other language": 0.15,
    "accents lost": 0.25, "capitals": 0.10, "place added": 0.12, "renamed": 0.01,
    "phone missing": 0.50, "phone changed": 0.10, "e-mail missing": 0.65, "e-mail changed": 0.15,
    "site missing": 0.60, "site changed": 0.08,
    "street missing": 0.35, "house missing": 0.10, "category otherwise": 0.20, "position missing": 0.02,
}  # fmt: skip
MOVES_M = ((0.25, 0.0), (0.45, 25.0), (0.22, 75.0), (0.08, 150.0))
"""Share of the records, and how far at most their second list puts them from the first (at least as far as the
line before)."""
PER_KM2, DENSE = 600.0, 10.0
"""Records a km²: some 100,000 on the region's 162 km²; ten times as many in the dense world."""
CHAINS, CHAIN_SHARE, SAME_HOUSE = 40, 0.03, 0.12
"""Names that many places bear, the share of places that bear one, and the share that stand in the house of another."""


@dataclass(frozen=True)
class World:
    """Two lists in one frame (`RECORD_COLUMNS` of the linker) and the pairs of records that are the same,
    shape (n, 2)."""

    records: pd.DataFrame
    truth: np.ndarray


def make_world(records: int, *, duplicates: float = 0.3, dense: bool = False, seed: int = 1) -> World:
    """Return about `records` records in two lists, `duplicates` of the second list's being in the first too."""
    rng = np.random.default_rng(seed)
    in_both = int(records / 2 * duplicates)
    places = records - in_both
    sites = _sites(places, PER_KM2 * (DENSE if dense else 1.0), rng)
    first_size = records // 2
    first = _tell(sites.iloc[:first_size], rng, second=False)
    second = pd.concat(
        [_tell(sites.iloc[:in_both], rng, second=True), _tell(sites.iloc[first_size:], rng, second=False)]
    )
    both = pd.concat([first.assign(dataset_id=1), second.assign(dataset_id=2)], ignore_index=True)
    order = rng.permutation(len(both))
    both = both.iloc[order].reset_index(drop=True)
    both.insert(0, "record_id", np.arange(1, len(both) + 1))
    twins = both[both["site"] < in_both].pivot_table(index="site", columns="dataset_id", values="record_id")
    truth = np.sort(twins.to_numpy(dtype="int64"), axis=1)
    return World(both.drop(columns="site"), truth)


def _sites(count: int, per_km2: float, rng: np.random.Generator) -> pd.DataFrame:
    side = 1000.0 * np.sqrt(count / per_km2)
    # Half of them where the town is thick: around a few hundred centres.
    centres = rng.uniform(0, side, (max(count // 300, 1), 2))
    xy = np.where(
        (rng.random(count) < 0.5)[:, None],
        centres[rng.integers(0, len(centres), count)] + rng.normal(0, 250, (count, 2)),
        rng.uniform(0, side, (count, 2)),
    )
    kind = rng.integers(0, len(KINDS), count)
    made = pd.DataFrame(
        {"site": np.arange(count), "x": 140_000 + xy[:, 0], "y": 160_000 + xy[:, 1], "kind": kind}
    )
    own = _own_words(rng)
    names = np.array([_name(rng, kind[at], own) for at in range(count)], dtype=object)
    chains = np.array([_name(rng, rng.integers(0, len(KINDS)), own) for _ in range(CHAINS)], dtype=object)
    is_chain = rng.random(count) < CHAIN_SHARE
    names[is_chain] = chains[rng.integers(0, CHAINS, is_chain.sum())]
    made["fr"], made["nl"] = [name[0] for name in names], [name[1] for name in names]
    # Streets of some 300 m, each with an own name, and houses along them.
    cell = (made["x"] // 300).astype(int) * 1_000_003 + (made["y"] // 300).astype(int)
    street, _ = pd.factorize(cell * 3 + rng.integers(0, 3, count))
    streets = np.array([_invented(rng).capitalize() for _ in range(street.max() + 1)], dtype=object)
    made["street"], made["street_kind"] = streets[street], street % len(STREETS_FR)
    made["house"] = 1 + ((made["x"] % 300) // 4).astype(int)
    made["postcode"] = (1000 + 10 * ((made["x"] // 3000) + (made["y"] // 3000)).astype(int) % 210).astype(str)
    neighbour = rng.random(count) < SAME_HOUSE
    host = np.maximum(np.arange(count) - rng.integers(1, 4, count), 0)
    for column in ("x", "y", "street", "street_kind", "house", "postcode"):
        values = made[column].to_numpy(copy=True)
        values[neighbour] = values[host[neighbour]]
        made[column] = values
    made["phone"] = [f"02{n:07d}" for n in rng.integers(2_000_000, 9_999_999, count)]
    made["host"] = [f"{_invented(rng)}{_invented(rng)}.be" for _ in range(count)]
    # Some share the switchboard, or the site, of the house they are in.
    for column, share in (("phone", 0.15), ("host", 0.25)):
        values = made[column].to_numpy(dtype=object, copy=True)
        shared = neighbour & (rng.random(count) < share)
        values[shared] = values[host[shared]]
        made[column] = values
    of_chain = pd.Series(made["fr"]).map({name[0]: f"{_invented(rng)}{_invented(rng)}.be" for name in chains})
    made["host"] = of_chain.where(is_chain, made["host"])
    return made


def _invented(rng: np.random.Generator) -> str:
    return "".join(rng.choice(SYLLABLES, rng.integers(2, 4)))


def _own_words(rng: np.random.Generator) -> list[tuple[str, str]]:
    french = [_invented(rng) for _ in range(OWN_WORDS)]
    return [(word, word if rng.random() < 0.85 else _invented(rng)) for word in french]


def _name(rng: np.random.Generator, kind: int, own: list[tuple[str, str]]) -> tuple[str, str]:
    """Return a name in French and in Dutch, as names of places are made."""
    french, dutch, _ = KINDS[kind]

    def thing() -> tuple[str, str]:
        return (
            THINGS[rng.integers(0, len(THINGS))]
            if rng.random() < 0.4
            else own[min(rng.zipf(1.2), OWN_WORDS) - 1]
        )

    one, other = thing(), thing()
    place, quality = PLACES[rng.integers(0, len(PLACES))], QUALITIES[rng.integers(0, len(QUALITIES))]
    match rng.integers(0, 7):
        case 0:
            return f"{french} {one[0].capitalize()} {place[0]}", f"{dutch} {one[1].capitalize()} {place[1]}"
        case 1:
            made = f"{_invented(rng).capitalize()} {_invented(rng).capitalize()}"
            return made, made
        case 2:
            return f"Le {one[0]} {quality[0]}", f"De {quality[1]}e {one[1]}"
        case 3:
            return f"{french} {one[0]} et {other[0]}", f"{dutch} {one[1]} en {other[1]}"
        case 4:
            return f"{french} du {one[0]} de {place[0]}", f"{dutch} {one[1]} {place[1]}"
        case 5:
            made = _invented(rng).capitalize()
            return f"{french} {made}", f"{dutch} {made}"
        case _:
            made = f"{_invented(rng)}{_invented(rng)}".capitalize()
            return f"{made} {place[0]}", f"{made} {place[1]}"


def _tell(sites: pd.DataFrame, rng: np.random.Generator, *, second: bool) -> pd.DataFrame:
    """Return how a list tells these places: with every fault if it is the second to tell them, else with what
    lists leave out."""
    count = len(sites)

    def strikes(fault: str) -> np.ndarray:
        return rng.random(count) < FAULTS[fault]

    faults = {fault: strikes(fault) for fault in FAULTS}
    in_dutch = faults["other language"] if second else np.zeros(count, dtype=bool)
    names = np.where(in_dutch, sites["nl"], sites["fr"])
    told = pd.DataFrame({"site": sites["site"].to_numpy()})
    told["name"] = [
        _spell(name, {fault for fault, struck in faults.items() if struck[at]}, rng) if second else name
        for at, name in enumerate(names)
    ]
    renamed = np.flatnonzero(faults["renamed"] & second)
    told.loc[renamed, "name"] = [f"{_invented(rng)} {_invented(rng)}".title() for _ in renamed]
    steps = rng.choice(len(MOVES_M), count, p=[share for share, _ in MOVES_M])
    most = np.array([metres for _, metres in MOVES_M])
    far = np.where(steps == 0, 0.0, rng.uniform(most[np.maximum(steps - 1, 0)], most[steps])) * second
    angle = rng.uniform(0, 2 * np.pi, count)
    lost = faults["position missing"] & second
    told["x"] = np.where(lost, np.nan, sites["x"] + far * np.cos(angle) + rng.normal(0, 2, count) * second)
    told["y"] = np.where(lost, np.nan, sites["y"] + far * np.sin(angle) + rng.normal(0, 2, count) * second)
    kinds = sites["street_kind"].to_numpy()
    french = [f"{STREETS_FR[k]} {own}" for k, own in zip(kinds, sites["street"], strict=True)]
    dutch = [f"{own}{STREETS_NL[k]}" for k, own in zip(kinds, sites["street"], strict=True)]
    told["street"] = np.where(faults["street missing"], "", np.where(in_dutch, dutch, french))
    told["house_number"] = np.where(
        faults["street missing"] | faults["house missing"], "", sites["house"].astype(str)
    )
    told["postcode"] = np.where(faults["street missing"], "", sites["postcode"])
    phone = np.where(
        faults["phone changed"] & second,
        [f"02{n:07d}" for n in rng.integers(2_000_000, 9_999_999, count)],
        sites["phone"],
    )
    written = [f"+32 2 {n[2:5]} {n[5:7]} {n[7:]}" if at % 2 else n for at, n in enumerate(phone)]
    told["phone"] = np.where(faults["phone missing"], "", written)
    box = np.where(faults["e-mail changed"] & second, "contact", "info")
    told["email"] = np.where(
        faults["e-mail missing"], "", [f"{b}@{h}" for b, h in zip(box, sites["host"], strict=True)]
    )
    moved = faults["site changed"] & second
    told["website"] = np.where(
        faults["site missing"],
        "",
        [f"https://{'nieuw-' if m else ''}{h}/" for m, h in zip(moved, sites["host"], strict=True)],
    )
    kind = sites["kind"].to_numpy()
    kind = np.where(faults["category otherwise"], rng.integers(0, len(KINDS), count), kind)
    told["category"] = [KINDS[k][2] for k in kind]
    return told


def _spell(name: str, faults: set[str], rng: np.random.Generator) -> str:
    words = name.split()
    if "shortened" in faults:
        words = [SHORTENED.get(word, word) for word in words]
    if "words dropped" in faults and len(words) > 2:
        del words[rng.integers(0, len(words))]
    if "words turned" in faults:
        words = words[1:] + words[:1]
    if "place added" in faults:
        words.append(PLACES[rng.integers(0, len(PLACES))][0])
    told = " ".join(words)
    for fault in ("typo", "second typo"):
        if fault in faults and len(told) > 4:
            told = _mistype(told, rng)
    if "accents lost" in faults:
        told = told.translate(str.maketrans("éèêâôûîçÉÈöï", "eeeaouicEEoi"))
    if "capitals" in faults:
        told = told.upper()
    if "legal form" in faults:
        form = LEGAL[rng.integers(0, len(LEGAL))]
        told = f"{form} {told}" if rng.random() < 0.3 else f"{told} {form}"
    return told


def _mistype(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(1, len(text) - 1))
    match rng.integers(0, 4):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        case 2:
            return text[:at] + chr(97 + int(rng.integers(0, 26))) + text[at:]
        case _:
            return text[:at] + chr(97 + int(rng.integers(0, 26))) + text[at + 1 :]
