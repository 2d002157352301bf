"""Streets under their many spellings, and when an address is found at all."""

import numpy as np
import pandas as pd
import pytest

from commons.ground.streets import name_street, split_number
from ingest.locate.match import KNOWN_COLUMNS, MIDDLE_M, STREET_M, WAITING_COLUMNS, Waiting, match_streets
from ingest.locate.streets import house_numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rue colonel bourg", "Rue du Colonel Bourg 92"),
        ("rue colonel bourg", "Col. Bourg straat"),
        ("Av. Louise", "Avenue Louise"),
        ("AVENUE LOUISE", "Louizalaan - Avenue Louise 54"),
        ("Bd. du Midi", "boulevard du Midi, 12 bte 3"),
        ("Chée de Haecht", "Chaussée de Haecht"),
        ("Ch. de Haecht", "Haachtsesteenweg / chaussée de Haecht"),
        ("Pl. Saint-Josse", "place St Josse"),
        ("place Sainte Catherine", "Place Ste-Catherine"),
        ("Sint-Katelijneplein", "St. Katelijne plein"),
        ("rue de l'Hôtel des Monnaies", "RUE HOTEL DES MONNAIES"),
        ("Jan Smutslaan", "avenue Jan Smuts"),
        ("Emile Jacqmainlaan", "boulevard Emile Jacqmain"),
        ("rue Josaphat", "Josaphatstraat"),
    ],
)
def test_one_street_is_known_under_its_spellings(one, other):
    assert name_street(one) & name_street(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rue Royale", "place Royale"),
        ("rue Royale", "rue Royale Sainte-Marie"),
        ("avenue Louise", "rue Louise"),
        ("rue du Midi", "rue du Nord"),
        ("Nieuwstraat", "Oudstraat"),
        ("place", "rue"),
        ("", "12"),
    ],
)
def test_two_streets_are_not_taken_for_one(one, other):
    assert not name_street(one) & name_street(other)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Rue Haute 12A", 12),
        ("12, rue Haute", 12),
        ("Rue Haute 12-14", 12),
        ("rue Haute n° 12/3", 12),
        ("rue Haute 12 bte 3", 12),
        ("Hoogstraat 12 bus3", 12),
        ("Rue du 11 Novembre", None),
        ("Rue du 11 Novembre 7", 7),
        ("Rue du Bus", None),
    ],
)
def test_the_house_number_is_told_from_the_street(text, number):
    assert split_number(text)[1] == number or (number is None and np.isnan(split_number(text)[1]))


def test_the_column_of_numbers_comes_before_what_stands_with_the_street():
    found = house_numbers(
        pd.Series(["Rue A 3", "Rue A 3", "Rue A"], dtype="str"),
        pd.Series(["7B", None, "n° 9-11"], dtype="str"),
    )
    assert found.tolist() == [7, 3, 9]


def address(street="rue Haute", number=None, postcode="1000", **changes):
    row = {"record_id": 1, "dataset_id": 1, "slug": "l", "said": "x", "street": street, "house_number": number,
           "postcode": postcode, "municipality": None, "commune": None}  # fmt: skip
    return pd.DataFrame([row | changes]).astype(
        dict.fromkeys(("street", "house_number", "postcode", "municipality", "commune"), "str")
    )


def street(*houses, name="Rue Haute", **changes):
    """Return known records: (number, metres along the street)."""
    rows = [
        {"record_id": 10 + n, "dataset_id": 2, "said": "y", "street": name, "house_number": None if number is None else str(number),
         "postcode": "1000", "commune": "21004", "is_public": True, "is_own": True, "x": 149_000.0 + metres, "y": 170_000.0}
        for n, (number, metres) in enumerate(houses)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(KNOWN_COLUMNS)).assign(**changes)
    return frame.astype(dict.fromkeys(("street", "house_number", "postcode", "commune"), "str"))


def outcome(waiting, known):
    found, why = match_streets(waiting, known)
    assert set(found["record_id"]) | set(why.index) == set(waiting["record_id"])
    return found.iloc[0] if len(found) else why.iloc[0]


SMALL = street((2, 0), (4, 10), (6, 20), (8, 30))


def test_a_house_that_is_known_is_found_and_says_what_it_rests_on():
    found = outcome(address(number="4"), SMALL)
    assert (found["kind"], found["x"], found["sources"]) == ("address", 149_010.0, [11])


def test_the_nearest_of_its_side_is_taken_and_its_uncertainty_grows():
    exact, near = outcome(address(number="8"), SMALL), outcome(address(number="12"), SMALL)
    assert near["x"] == exact["x"]
    assert near["uncertainty_m"] > exact["uncertainty_m"]


def test_the_other_side_of_the_street_is_not_taken_for_this_one():
    assert outcome(address(number="5"), SMALL)["kind"] == "street"


def test_without_a_number_it_is_the_middle_of_the_street():
    found = outcome(address(), SMALL)
    assert (found["kind"], found["x"], found["sources"]) == ("street", 149_015.0, [10, 11, 12, 13])


@pytest.mark.parametrize(
    ("waiting", "known", "reason"),
    [
        (address(street=None), SMALL, Waiting.NO_STREET),
        (address(postcode=None), SMALL, Waiting.NO_AREA),
        (address(postcode="1030"), SMALL, Waiting.UNKNOWN_STREET),
        (address(street="rue Basse"), SMALL, Waiting.UNKNOWN_STREET),
        (address(), street((2, 0), (4, 10)), Waiting.TOO_FEW),
        (address(number="40"), SMALL, Waiting.TOO_FEW),
        (address(number="10"), street((8, 30)), Waiting.TOO_FEW),
        (address(), street((2, 0), (4, 10), (6, 3 * MIDDLE_M)), Waiting.SCATTERED),
        (address(number="4"), street((4, 0), (4, 500)), Waiting.SCATTERED),
        (address(number="4"), street((4, 0), (6, 2.1 * STREET_M)), Waiting.SCATTERED),
    ],
)
def test_what_is_not_unambiguous_waits_and_says_why(waiting, known, reason):
    assert outcome(waiting, known) == reason.value


def test_without_a_postcode_the_commune_is_asked():
    assert outcome(address(postcode=None, commune="21004", number="4"), SMALL)["kind"] == "address"
    assert outcome(address(postcode=None, commune="21015", number="4"), SMALL) == Waiting.UNKNOWN_STREET.value


@pytest.mark.parametrize(
    ("dataset_id", "said", "is_public", "is_own", "is_found"),
    [
        (2, "y", True, False, True),
        (1, "x", False, True, True),
        (1, "y", False, True, False),
        (2, "x", False, True, False),
        (1, "x", False, False, False),
    ],
)
def test_a_position_is_lent_to_all_or_within_its_list_to_those_of_which_the_same_was_said(
    dataset_id, said, is_public, is_own, is_found
):
    known = street((4, 0), dataset_id=dataset_id, said=said, is_public=is_public, is_own=is_own)
    assert isinstance(outcome(address(number="4"), known), pd.Series) == is_found


def test_nothing_waiting_and_nothing_known_is_no_fault():
    assert match_streets(address().iloc[:0], SMALL)[0].empty
    assert outcome(address(), SMALL.iloc[:0]) == Waiting.UNKNOWN_STREET.value
    assert set(WAITING_COLUMNS) < set(address().columns)
