"""A header that refuses, or that speaks of consent in words of its own: never its opposite, and never passed over."""

import pandas as pd
import pytest

from commons.errors import CommonsError
from ingest.map.flag_columns import flag_of
from ingest.map.unclear import is_refusing
from ingest.upload import prepare_upload

PLACES = "id,nom,latitude,longitude,visibility,precision,{header}\n" + "".join(
    f"{number},Maison {number},50.84{number},4.34{number},public,exact,{answer}\n"
    for number, answer in enumerate(["oui", "non", "oui", "non"])
)
REFUSING = (
    "Pas de statistiques", "No reuse", "Refus", "Refusé", "Refuse", "Refus de réutilisation", "Hors statistiques", "No statistics",
    "Refus statistiques", "Sans réutilisation", "Geen statistieken", "Niet hergebruiken", "Never publish", "Weigering",
    "Niet publiceren", "Publication refusée", "Publication interdite", "Non publié", "Ne pas publier", "Opposition à la publication",
    "Do not publish", "Niet tonen", "Niet openbaar", "Non public", "opt-out", "Bezwaar", "Je refuse la publication de mes données",
)  # fmt: skip
UNLISTED = (
    "Visible sur la carte", "Mag gedeeld worden", "Vertrouwelijk", "Souhaitez-vous apparaître sur la carte ?", "groupe/consentement",
    "Publier sur la carte ?", "confidentiel", "Caché", "RGPD", "Afficher l'adresse", "Afficher le téléphone", "Affichage public",
    "En ligne", "À diffuser", "Zichtbaar", "Verborgen", "Niet op de kaart", "Privé", "GDPR", "AVG", "Private", "Hidden",
    "Show on map", "Partageable", "Usage interne", "Niveau de diffusion", "Liste rouge", "J'accepte que mes données soient publiées",
    "Wilt u op de kaart verschijnen?", "Ik ga akkoord", "Peut être partagé", "Privacy", "Akkoord",
)  # fmt: skip
INNOCENT = (
    "Boutique en ligne", "Jardin partagé", "Accès PMR", "Public cible", "Membres", "Ouvert au public", "Site en ligne", "Gratuit",
    "Toilettes publiques", "Partage d'outils", "Prix libre", "Espace public", "Reçus fiscaux", "Inscription en ligne", "Online shop",
    "Publieksruimte", "Carte de membre", "Geen drempel",
)  # fmt: skip

SIBLINGS = (
    "publicatieverbod", "ne pas diffuser", "doNotPublish", "nePasPublier", "nietTonen", "optOut", "Opt-out carte", "hidden", "isHidden",
    "Niet online zetten", "Ne pas mettre en ligne", "Publicatieweigering", "Retirer de la carte", "Verwijderen van de kaart",
    "Remove from map", "Exclure de l'annuaire", "Adresse confidentielle", "Onzichtbaar", "Invisible", "Masquer sur la carte",
    "Hide address", "Unlisted", "Withheld from publication", "Don't share data", "Publication: désaccord", "Niet publiek",
    "Consent withdrawn", "Anoniem", "Embargo", "Droit à l'image", "not_for_publication",
)  # fmt: skip
"""Of the same kinds, in other words."""
OTHERWISE = (
    "Description", "Notes", "Remarques", "Opmerkingen", "Public cible", "Accès public", "Doelpubliek", "Site web", "Carte bancaire acceptée",
    "Sans carte de membre", "Pas de carte bancaire", "Geen kaart nodig", "Public sans abri", "Cuisine non partagée", "Accès limité",
    "Beperkte toegang", "Publiek vervoer", "No smoking", "Niet rookvrij", "Sans rendez-vous", "Jardin privé", "Zonder afspraak",
    "Non marchand", "Contre-indication", "Ouvert au public sans inscription", "Payment by card",
)  # fmt: skip


def prepared(tmp_path, text):
    (tmp_path / "liste.csv").write_text(text)
    return prepare_upload(tmp_path / "liste.csv")


@pytest.mark.parametrize("header", [*REFUSING, *UNLISTED, *SIBLINGS])
def test_such_a_column_stops_the_list_and_is_named(tmp_path, header):
    with pytest.raises(CommonsError) as refusal:
        prepared(tmp_path, PLACES.format(header=header))
    assert header in str(refusal.value)


@pytest.mark.parametrize("header", REFUSING)
def test_a_refusing_header_is_no_flag(header):
    assert is_refusing(header)
    assert flag_of(header, pd.Series(["oui", "non", "oui"], dtype="str")) is None


@pytest.mark.parametrize("header", ["Reçus", "Reus", "Refus", "Fuse"])
def test_no_short_word_is_a_misspelt_flag(header):
    assert flag_of(header, pd.Series(["oui", "non", "oui"], dtype="str")) is None


@pytest.mark.parametrize("header", [*INNOCENT, *OTHERWISE])
def test_an_ordinary_column_of_answers_stops_nothing(tmp_path, header):
    mapping = prepared(tmp_path, PLACES.format(header=header)).mapping
    assert mapping.column_of["visibility"] == "visibility"


@pytest.mark.parametrize("header", ["Confidentiel", "Niet publiceren", "Visible sur la carte"])
def test_a_text_under_such_a_header_is_no_answer_and_an_empty_column_says_nothing(tmp_path, header):
    text = PLACES.format(header=header)
    for answer in ("oui", "non"):
        text = text.replace(f",{answer}\n", ",\n")
    assert prepared(tmp_path, text).mapping.column_of["visibility"] == "visibility"


@pytest.mark.parametrize(
    "header",
    ["visibility", "Visibilité", "Publier", "réutilisation", "statistiques", "Visibilty", "statistque"],
)
def test_the_flags_that_are_known_and_a_misspelt_one_are_still_heard(header):
    assert flag_of(header, pd.Series(["oui", "non", "oui"], dtype="str"))


@pytest.mark.parametrize(
    ("header", "answer"), [("Visibilty", "public"), ("statistque", "oui"), ("Réutilisaton", "oui")]
)
def test_a_misspelt_flag_that_would_open_stops_the_list_until_a_person_confirms_it(tmp_path, header, answer):
    with pytest.raises(CommonsError) as refusal:
        prepared(tmp_path, f"nom,latitude,longitude,{header}\nUn,50.84,4.34,{answer}\n")
    assert header in str(refusal.value)


@pytest.mark.parametrize(
    ("header", "answer"), [("Visibilty", "retenu"), ("statistque", "non"), ("Réutilisaton", "non")]
)
def test_a_misspelt_flag_may_close(tmp_path, header, answer):
    upload = prepared(tmp_path, f"nom,latitude,longitude,{header}\nUn,50.84,4.34,{answer}\n")
    assert upload.mapping.flags_present


@pytest.mark.parametrize(
    ("header", "answers"),
    [
        ("Niveau de diffusion", ["réseau", "grand public", "équipe"]),
        ("Ne pas publier", ["oui, merci", "", "oui sauf le nom"]),
        ("Confidentiel", ["x", "", ""]),
        ("E-mail (non publié)", ["a@example.org", "b@example.org", "c@example.org"]),
    ],
)
def test_answers_of_other_words_stop_it_too(tmp_path, header, answers):
    rows = "".join(f'{n},Maison {n},50.84{n},4.34{n},"{answer}"\n' for n, answer in enumerate(answers))
    with pytest.raises(CommonsError):
        prepared(tmp_path, f"id,nom,latitude,longitude,{header}\n{rows}")
