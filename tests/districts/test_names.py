"""Names in capitals become readable, in both languages."""

import doctest

import pytest

from commons.districts import names
from commons.districts.names import readable_name

DASH = " \N{EN DASH} "


@pytest.mark.parametrize(
    ("capitals", "readable"),
    [
        ("FLAGEY - MALIBRAN", f"Flagey{DASH}Malibran"),
        ("SAINTE-ALIX  - JOLI BOIS", f"Sainte-Alix{DASH}Joli Bois"),
        ("NOTRE-DAME AUX NEIGES", "Notre-Dame aux Neiges"),
        ("GARE DE L'OUEST", "Gare de l'Ouest"),
        ("VAN VOLXEM - VAN HAELEN", f"Van Volxem{DASH}Van Haelen"),
        ("ONZE LIEVE VROUW TER SNEEUW", "Onze Lieve Vrouw ter Sneeuw"),
        ("VILLA'S VAN GANSHOREN", "Villa's van Ganshoren"),
        ("LEOPOLD III LAAN", "Leopold III Laan"),
        ("HEYMBOSCH - AZ-JETTE", f"Heymbosch{DASH}AZ-Jette"),
        ("INDUSTRIE OTAN", "Industrie OTAN"),
        ("HOPITAL U.L.B.", "Hopital U.L.B."),
        ("ANVERS (CHAUSSEE D')-SUD", "Anvers (Chaussee d')-Sud"),
        ("AUSTRALIË", "Australië"),
        ("Woluwe-Saint-Pierre", "Woluwe-Saint-Pierre"),
    ],
)
def test_readable_name(capitals, readable):
    assert readable_name(capitals) == readable


def test_the_examples_in_the_docstring_hold():
    assert doctest.testmod(names).failed == 0
