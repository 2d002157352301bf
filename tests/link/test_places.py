"""The linker of places: what it may depend on, and how well it does on invented sets."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled import f1_of
from linkage_sets import world_of
from linkage_world import make_world

from ingest.link.assign import one_to_one
from ingest.link.compare import COMPARISONS, levels_of, patterns
from ingest.link.linker import RECORD_COLUMNS
from ingest.link.model import Model, shipped_model
from ingest.link.names import canonical_words, lexicon
from ingest.link.places import PlacesLinker, learn, shipped_linker
from ingest.link.prepare import NOTHING_USUAL, Usual, prepare
from ingest.link.usual import usual_of


def record(record_id, name="", dataset_id=1, **told):
    blank = dict.fromkeys(RECORD_COLUMNS, "") | {"x": np.nan, "y": np.nan, "uncertainty_m": 0.0}
    return blank | {"record_id": record_id, "dataset_id": dataset_id, "name": name} | told


def level(comparison, left, right, usual=NOTHING_USUAL):
    prepared = prepare(pd.DataFrame([record(1, **left), record(2, **right)]), usual)
    one, other = np.array([0], dtype="int32"), np.array([1], dtype="int32")
    at = [c.name for c in COMPARISONS].index(comparison)
    number = levels_of(patterns(prepared, one, other))[0][at]
    assert number == levels_of(patterns(prepared, other, one))[0][at], "whichever comes first"
    return "" if number == 0 else COMPARISONS[at].levels[number - 1]


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ("Le Potager du Coin ASBL", "potager du coin", "same"),
        ("Maison de quartier Dailly", "Buurthuis Dailly vzw", "same"),
        ("École Bockstael", "Bockstael School", "same"),
        ("CPAS d'Ixelles", "OCMW Elsene", "same"),
        ("Wijkcomité Helmet vzw", "Comité de quartier Helmet", "same"),
        ("Cuisine de quartier L'Hirondelle", "Buurtkeuken Hirondelle", "same"),
        ("Maison Arc-en-Ciel", "Regenbooghuis", "same"),
        ("Droits de l'Homme Uccle", "Mensenrechten Ukkel", "same"),
        ("A.S.B.L. L'Îlot", "Ilot", "same"),
        ("Dr. Martens' Atelier", "Atelier Dr Martens", "same"),
        ("Foodhub", "Food Hub", "nearly"),
        ("Zinneke Parade", "Zineke Parade", "misspelt"),
        ("BUURTKEUKEN DE BELEFDE BEL", "Buurtkeuken De Beleefde Bel", "misspelt"),
        ("Le Potager des Nuages Ragnés", "Le Potager des Nuages Rangés", "misspelt"),
        ("Maison de quartier", "Maison de quatier", "same_common"),
        ("Salle de fête Poelbosch 1", "Salle de fête Poelbosch 2", "nearly"),
        ("La Cour des Miracles", "La Tour des Miracles", "somewhat"),
        ("Cyclo Gare du Midi", "Cyclo", "part_rare"),
        ("Centre d'Action Laïque", "CAL", "part"),
        ("Rassemblement Bruxellois pour le Droit à l'Habitat", "RBDH", "part"),
        ("Vrije Universiteit Brussel", "VUB", "part"),
        ("Médecins sans frontières", "M.S.F.", "part"),
        ("Museum of the City of Brussels", "Musée de la Ville de Bruxelles", "same"),
        ("Museum of the City of Brussels", "Archives de la Ville de Bruxelles", "differs"),
        ("Hôtel de Ville de Bruxelles", "City Hall of Brussels", "same"),
        ("Hôtel de Ville de Bruxelles", "Musée de la Ville de Bruxelles", "differs"),
        ("Musée du Théâtre de Toone", "Théâtre de Toone", "nearly"),
        ("Les Petits Riens", "Télé-Service", "differs"),
        ("", "Télé-Service", ""),
    ],
)
def test_names_are_as_alike_as_a_person_of_brussels_takes_them(ours, theirs, told):
    assert level("name", {"name": ours}, {"name": theirs}) == told


@pytest.mark.parametrize(
    ("ours", "theirs", "frequent", "told"),
    [
        ("BUURTKEUKEN DE BELEFDE BEL", "Buurtkeuken De Beleefde Bel", ["beleefde"], "misspelt"),
        (
            "Sociaal atelier De Spijbelende Bij",
            "Socaial atelier De Spijbelende Bij",
            ["social", "sociaal"],
            "misspelt",
        ),
        (
            "Permanence des Volets Mauves",
            "Permanence des Volets Muves",
            ["mauves", "volets", "permanence"],
            "same_common",
        ),
        ("Jardin du Merle Discret", "Jardin du Merle Disrcet", ["discret"], "misspelt"),
        ("Voedselteam De Beleefde Bel", "Buurtkeuken De Beleefde Bel", [], "somewhat"),
    ],
)
def test_a_slip_in_a_frequent_word_is_a_slip(ours, theirs, frequent, told):
    usual = Usual(dict.fromkeys(frequent, 0.02))
    assert level("name", {"name": ours}, {"name": theirs}, usual) == told


def test_names_of_common_words_only_are_found_wherever_they_lie():
    usual = Usual(dict.fromkeys(["permanence", "herisson", "bavard"], 0.02))
    linker = PlacesLinker(replace(shipped_model(), usual=usual))
    names = ("Permanence du Hérisson Bavard", "Permanence du Herisson bavard asbl", "Permanence")
    placed = [record(at, name, x=5_000.0 * at, y=0.0) for at, name in enumerate(names)]
    keys = linker.keys(pd.DataFrame(placed))
    found = [set(keys.loc[keys["record_id"].eq(at), "key"]) for at in range(3)]
    assert found[0] & found[1]
    assert not found[0] & found[2]


@pytest.mark.parametrize(
    ("comparison", "ours", "theirs", "told"),
    [
        ("phone", {"phone": "02/123.45.67"}, {"phone": "+32 2 123 45 67"}, "same"),
        ("phone", {"phone": "02/123.45.67"}, {"phone": "02/123.45.68"}, "differs"),
        ("email", {"email": "Info@Asbl.be"}, {"email": "info@asbl.be"}, "same"),
        ("web", {"website": "https://www.asbl.be/fr/"}, {"website": "asbl.be"}, "same"),
        ("web", {"website": "facebook.com/un"}, {"website": "facebook.com/deux"}, "differs"),
        ("web", {"website": "asbl.be"}, {"email": "info@asbl.be"}, "same"),
        ("web", {"website": "asbl.be"}, {"email": "nous@gmail.com"}, ""),
        ("web", {"email": "un@hote.be"}, {"email": "deux@hote.be"}, "same_shared"),
        ("place", {"x": 0.0, "y": 0.0, "uncertainty_m": 600.0}, {"x": 700.0, "y": 0.0, "uncertainty_m": 600.0}, ""),
        ("address", {"x": 0.0, "y": 0.0, "uncertainty_m": 600.0}, {"x": 700.0, "y": 0.0, "uncertainty_m": 600.0}, "same_area"),
        ("place", {"x": 0.0, "y": 0.0, "uncertainty_m": 600.0}, {"x": 1500.0, "y": 0.0, "uncertainty_m": 600.0}, "far"),
        ("place", {"x": 0.0, "y": 0.0, "uncertainty_m": 30.0}, {"x": 70.0, "y": 0.0, "uncertainty_m": 30.0}, "close"),
        ("enterprise", {"enterprise_number": "0422.143.307"}, {"enterprise_number": "0422143307"}, "same"),
        ("address", {"street": "Rue Antoine Dansaert 12"}, {"street": "Dansaertstraat", "house_number": "12"}, "same_address"),
        ("address", {"street": "Rue Haute", "house_number": "4"}, {"street": "Hoogstraat 6"}, "same_street"),
        ("address", {"postcode": "1000", "street": "Rue Haute 4"}, {"postcode": "1050", "street": "Rue Haute 4"}, "differs"),
        ("address", {"postcode": "B-1050", "street": "Rue Haute 4"}, {"postcode": "1050", "street": "Rue Haute 6"}, "same_street"),
        ("address", {"postcode": "14623-4218"}, {"postcode": "14623"}, "same_area"),
        ("street", {"x": 0.0, "y": 0.0, "street": "Rue des Bouchers 170"}, {"x": 40.0, "y": 0.0, "street": "Beenhouwersstraat 170"}, "same_number"),
        ("street", {"x": 0.0, "y": 0.0, "street": "Rue des Bouchers 170"}, {"x": 40.0, "y": 0.0, "street": "Beenhouwersstraat 12"}, "other_street"),
        ("street", {"x": 0.0, "y": 0.0, "street": "Rue Haute 4"}, {"x": 40.0, "y": 0.0, "street": "Hoogstraat 6"}, "other_house"),
        ("place", {"x": 1000.0, "y": 0.0}, {"x": 1010.0, "y": 0.0}, "close"),
        ("place", {"x": 1000.0, "y": 0.0}, {"x": 1600.0, "y": 0.0}, "far"),
        ("place", {"x": 1000.0, "y": 0.0}, {}, ""),
        ("place", {"x": 0.0, "y": 0.0, "uncertainty_m": 50.0}, {"x": 60.0, "y": 0.0}, "close"),
    ],
)  # fmt: skip
def test_other_things_are_as_alike_as_they_are(comparison, ours, theirs, told):
    assert level(comparison, ours, theirs) == told


def test_a_contact_that_a_house_or_an_organisation_shares_says_less():
    contact = {"phone": "02 123 45 67"}
    here, beside, away = ({"x": x, "y": 0.0} for x in (0.0, 5.0, 5000.0))
    assert level("phone", contact | here, contact | beside) == "same_shared"
    assert level("phone", contact | here, contact | away) == "same_shared"
    assert level("phone", contact | here, contact | {"x": 100.0, "y": 0.0}) == "same"
    weights = dict(
        zip(("differs", "same_shared", "same"), shipped_model().level_weights()[4][1:], strict=True)
    )
    assert weights["differs"] < 0 < weights["same_shared"] < weights["same"]


def test_a_host_that_one_list_gives_to_many_names_says_less():
    """A federation's own site for each of its members."""
    words = ["Soleil", "Lune", "Vent", "Pluie"]
    members = [
        record(at, word, x=500.0 * at, y=0.0, website=f"https://federation.be/{word.lower()}")
        for at, word in enumerate(words)
    ]
    other = record(9, "Nuage", 2, x=100.0, y=0.0, website="https://federation.be/nuage")
    for count, told in ((len(members) - 1, "same"), (len(members), "same_shared")):
        records = pd.DataFrame([*members[:count], other])
        prepared = prepare(records, usual_of(prepare(records)))
        pattern = patterns(prepared, np.array([0], dtype="int32"), np.array([count], dtype="int32"))
        assert shipped_linker().evidence(int(pattern[0]))["web"] == told


TEXTS = st.sampled_from(
    ["", "Potager Dailly", "Moestuin Dailly", "Repair Café", "Le Coin", "Coin vert asbl", "Zinneke"]
)
RECORDS = st.lists(
    st.tuples(TEXTS, st.integers(1, 3), st.integers(0, 400), st.sampled_from(["", "021234567", "029876543"])),
    min_size=2,
    max_size=9,
)


def frame(told):
    return pd.DataFrame(
        [
            record(at, name, dataset, x=float(x), y=0.0, phone=phone)
            for at, (name, dataset, x, phone) in enumerate(told, start=1)
        ]
    )


@settings(max_examples=20, deadline=None)
@given(RECORDS, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_records_nor_which_others_there_are_changes_a_pair(told, chance):
    records, linker = frame(told), shipped_linker()
    pairs = told_of(linker.pairs(records))
    assert told_of(linker.pairs(records.sample(frac=1, random_state=chance.randrange(1000)))) == pairs
    some = records.iloc[: max(2, len(records) // 2)]
    of_these = {pair: told for pair, told in pairs.items() if set(pair) <= set(some["record_id"])}
    assert told_of(linker.pairs(some)) == of_these


def told_of(pairs):
    return {
        (row.left_record_id, row.right_record_id): (row.weight, row.pattern) for row in pairs.itertuples()
    }


@settings(max_examples=15, deadline=None)
@given(RECORDS)
def test_what_changed_is_compared_as_it_is_among_all(told):
    records, linker = frame(told), shipped_linker()
    pairs = linker.pairs(records)
    for changed in records["record_id"].head(2):
        of_it = {pair: told for pair, told in told_of(pairs).items() if changed in pair}
        assert told_of(linker.pairs(records, np.array([changed]))) == of_it


def test_a_model_is_read_back_as_it_was_told():
    linker, _ = learn(make_world(600).records, across=True)
    again = Model.from_json(linker.model.to_json())
    assert again == linker.model
    assert again.name == linker.name != shipped_model().name


def test_the_evidence_adds_up_to_the_weight():
    records = make_world(400).records
    linker = PlacesLinker(shipped_model(), across=True)
    pairs = linker.pairs(records)
    by_id = records.set_index("record_id", drop=False)
    for pair in pairs.head(20).itertuples():
        told = linker.explain(
            by_id.loc[pair.left_record_id].to_dict(), by_id.loc[pair.right_record_id].to_dict()
        )
        assert sum(e.weight for e in told) == pytest.approx(pair.weight)
        assert {e.comparison: e.level for e in told[1:]} == linker.evidence(pair.pattern)


def test_one_to_one_takes_the_assignment_with_the_largest_sum():
    weights = np.array([[5.0, 4.9, 0.1], [4.8, 1.0, 0.2], [3.0, 2.9, 2.8]])
    pairs = pd.DataFrame(
        [(i, 10 + j, weights[i, j]) for i in range(3) for j in range(3)],
        columns=["left_record_id", "right_record_id", "weight"],
    )
    chosen = one_to_one(pairs)
    best = max(sum(weights[i, j] for i, j in enumerate(order)) for order in permutations(range(3)))
    assert chosen["weight"].sum() == pytest.approx(best)
    assert chosen["left_record_id"].is_unique
    assert chosen["right_record_id"].is_unique


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("demo", 0.98),
        ("10000", 0.94),
        ("10000-dense", 0.90),
    ],
)
def test_without_labels_it_finds_what_is_known_to_be_the_same(name, least):
    assert f1_of(name) >= least


def test_a_word_has_one_spelling_and_a_phrase_is_told_once():
    told = lexicon()
    words = [word for group in told["same"] for word in group]
    assert sorted(words) == sorted(set(words)), "a word of two groups would be that of the later one"
    assert not set(words) & {*told["legal_forms"], *told["small_words"]}, "these are left out of a name"
    spelt_otherwise = set(words) - {group[0] for group in told["same"]}
    assert not set(told["institutions"]) & spelt_otherwise, (
        "a kind is told in the spelling that stands for all"
    )
    for phrase, words_of_it in told["phrases"].items():
        assert phrase != words_of_it
        assert not any(f" {other} " in f" {words_of_it} " for other in told["phrases"]), phrase


def test_a_name_that_is_part_of_another_by_rare_words_weighs_no_less_than_one_by_common_words():
    world, _ = world_of("10000")
    linker, _ = learn(world.records)
    of_name = linker.model.level_weights()[0]
    part, part_rare = (of_name[COMPARISONS[0].number(level)] for level in ("part", "part_rare"))
    assert part <= part_rare + 1e-9


def test_legal_forms_and_small_words_are_all_there_is_of_some_names():
    assert canonical_words(pa.array(["ASBL", "De Van"])).to_pylist() == [["asbl"], ["de", "van"]]
