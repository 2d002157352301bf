"""People's names as titles are asked about; contacts in texts are told; HTML becomes text; the folders of a map become categories."""

import numpy as np
import pytest
from contacts_in_texts import CONTACTS, NOT_CONTACTS
from sent_lists import checked_list

from ingest.check.contacts_in_texts import EMAIL, PHONE, holds_contact


def codes(result, row=None):
    notices = result.notices if row is None else result.notices[result.notices["row_number"].eq(row)]
    return set(notices["code"])


def test_the_lists_that_were_sent():
    for file in ("f.csv", "g.csv"):
        result = checked_list("61-person-name-as-nom", file)
        assert not result.frame["name"].isin(["Tania", "Johann", "Lila", "Exemple"]).any()
        assert len(result.set_aside) == 0
    assert "COLUMN_OF_PEOPLE" in codes(result)
    assert result.frame["extras"][0]["nom"] == "Tania"
    result = checked_list("21-kml-mymaps")
    assert result.frame["category_raw"].tolist() == ["Jardins", "Ateliers", "Ateliers"]
    assert result.frame["category"].tolist() == ["garden", "other", "other"]
    assert result.frame["description"].tolist() == ["Site: https://exemple.be/a\nNote: ouvert mardi"] * 3
    assert result.frame["phone"].tolist() == ["+3225551234"] * 3
    assert result.frame["street"].tolist() == ["Parvis de Saint-Gilles", "Rue Haute", "Gallaitstraat"]


PEOPLE = {
    "who reported it, 28 times": ["Tania"] * 12 + ["Johann"] * 9 + ["Lila"] * 7,
    "first and family names": [
        "Marie Dupont",
        "Jan Peeters",
        "Fatima El Amrani",
        "Luc De Smet",
        "Anne-Sophie Claes",
    ],
    "family names in capitals": ["DUPONT Marie", "PEETERS Jan", "CLAES Sophie", "JANSSENS Lut"],
    "initials": ["Pierre D.", "Marc V.", "Julie M.", "Sofie B."],
}


@pytest.mark.parametrize("names", PEOPLE.values(), ids=PEOPLE)
@pytest.mark.parametrize("header", ["nom", "Naam", "name", "titre"])
def test_peoples_names_are_no_titles_unasked(checked, names, header):
    rows = "".join(f"{name};Rue Haute {n};50.8{n % 10}5;4.35\n" for n, name in enumerate(names, start=1))
    result = checked(f"{header};adresse;latitude;longitude\n{rows}")
    assert "COLUMN_OF_PEOPLE" in codes(result)
    assert result.frame["name"].tolist() == [f"Rue Haute {n}" for n in range(1, len(names) + 1)]
    assert result.frame["contact_person"].isna().all()


@pytest.mark.parametrize("header", ["signalé par", "ingevuld door", "Reported by", "auteur", "ajouté par"])
def test_who_reported_a_row_is_no_title_whatever_the_name(checked, header):
    rows = "".join(
        f"{name};Rue Haute {n};{name}\n" for n, name in enumerate(["Xqz", "Yrt", "Xqz", "Wvu"], start=1)
    )
    result = checked(f"nom;adresse;{header}\n{rows}")
    assert "COLUMN_OF_PEOPLE" in codes(result)
    assert not result.frame["name"].isin(["Xqz", "Yrt", "Wvu"]).any()


PLACES = {
    "shops of one chain": ["Delhaize"] * 6,
    "saints": ["Saint-Gilles", "Sainte-Marie", "Saint-Josse", "Notre-Dame"],
    "called after people": [
        "Chez Marie",
        "Café Léon",
        "Jardin de Jeanne",
        "Le Petit Paul",
        "Maison Anne Frank",
    ],
    "with people among them": ["Marie", "Le Potager", "Repair Café", "La Ressourcerie", "Biblio"],
    "bicycle boxes": ["Box à vélos"] * 5 + ["Compost"] * 3,
}


@pytest.mark.parametrize("names", PLACES.values(), ids=PLACES)
def test_names_of_places_are_titles(checked, names):
    rows = "".join(f"{name};Rue Haute {n}\n" for n, name in enumerate(names, start=1))
    result = checked(f"nom;adresse\n{rows}")
    assert result.frame["name"].tolist() == names
    assert "COLUMN_OF_PEOPLE" not in codes(result)


def test_the_name_is_taken_from_where_the_places_are_named(checked):
    rows = "".join(
        f"{name};Lieu {word};Rue Haute {n}\n"
        for n, (name, word) in enumerate([("Tania", "Vert"), ("Luc", "Bleu"), ("Tania", "Gris")])
    )
    result = checked(f"nom;endroit;adresse\n{rows}")
    assert result.frame["name"].tolist() == ["Lieu Vert", "Lieu Bleu", "Lieu Gris"]


@pytest.mark.parametrize(
    ("header", "is_asked"), [("Auteur(s)", True), ("Auteur(s);nom", False), ("annee", False)]
)
def test_a_column_of_authors_is_asked_about_where_no_other_could_have_the_names(checked, header, is_asked):
    cells = {
        "Auteur(s)": ("Hergé et Franquin", "Peyo", "Morris", "Schuiten", "Willy Vandersteen"),
        "nom": ("Fresque rouge", "Fresque verte", "Mur gris", "Mur bleu", "Pignon"),
        "annee": ("1991", "1992", "1993", "1994", "1995"),
    }
    rows = "".join(
        f"50.8{n};4.35;{';'.join(cells[column][n] for column in header.split(';'))}\n" for n in range(1, 5)
    )
    result = checked(f"latitude;longitude;{header}\n{rows}")
    asked = result.notices[result.notices["code"].eq("COLUMN_OF_PEOPLE")]
    assert asked["column"].tolist() == (["Auteur(s)"] if is_asked else [])
    assert ("NAME_COLUMN_MISSING" in codes(result)) == ("nom" not in header)
    offered = result.notices.loc[result.notices["code"].eq("NAME_COLUMN_MISSING"), "column"]
    assert not is_asked or "Auteur(s)" in offered.iloc[0]


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_contact_in_a_text_is_found(contact):
    for text in (contact, f"Écrivez à {contact}.", f"({contact})", f"Tous les jours ; {contact} / local 3"):
        assert holds_contact(text)
        assert not holds_contact(PHONE.sub("[…]", EMAIL.sub("[…]", text)))


def test_what_is_no_contact_is_not_found():
    assert [text for text in NOT_CONTACTS if holds_contact(text)] == []


@pytest.mark.parametrize("field", ["nom", "description", "beschrijving nl", "horaire", "rue"])
def test_the_partner_is_told_of_contacts_in_texts(checked, field):
    others = ";".join(name for name in ("nom", "latitude", "longitude") if name != field)
    values = ";".join(
        {"nom": "Un", "latitude": "50.83", "longitude": "4.35"}[name] for name in others.split(";")
    )
    result = checked(f"{field};{others}\nBureau, info@exemple.be;{values}\nBureau;{values}\n")
    assert ("TEXT_TELLS_CONTACT" in codes(result, 1), "TEXT_TELLS_CONTACT" in codes(result, 2)) == (
        True,
        False,
    )


def test_where_contacts_are_for_everyone_nothing_is_told(checked):
    head = "nom;description;visibilité;contact visible;personne de contact\n"
    result = checked(
        f"{head}Un;info@exemple.be;public;public;\nDeux;info@exemple.be;public;partenaires;\nTrois;a@exemple.be;public;public;Anne\n"
    )
    assert [row for row in (1, 2, 3) if "TEXT_TELLS_CONTACT" in codes(result, row)] == [2, 3]


HTML = {
    "<p>Ouvert <b>mardi</b></p>": "Ouvert mardi",
    "Un<br>Deux<br/>Trois": "Un\nDeux\nTrois",
    "<div>Un</div><div>Deux</div>": "Un\nDeux",
    "Caf&eacute; &amp; co": "Café & co",
    "&lt;p&gt;Un&lt;/p&gt;": "Un",
    '<a href="https://exemple.be">Le site</a>': "Le site (https://exemple.be)",
    '<a href="https://exemple.be">https://exemple.be</a>': "https://exemple.be",
    '<a href="mailto:a@exemple.be">Écrire</a>': "Écrire (a@exemple.be)",
    '<a href="javascript:alert(1)">Clic</a>': "Clic",
    "<script>alert(1)</script>Un": "Un",
    "<ul><li>Un</li><li>Deux</li></ul>": "Un\nDeux",
    '<img src="https://exemple.be/a.png" width="3">Un': "Un",
    "<!-- x -->Un": "Un",
    "a &lt; b": "a < b",
    "5 < 6 > 4": "5 < 6 > 4",
    "<info@exemple.be>": "<info@exemple.be>",
    "R&D; AT&T": "R&D; AT&T",
}


@pytest.mark.parametrize("html", HTML)
def test_html_becomes_text(checked, html):
    quoted = html.replace('"', '""')
    result = checked(f'nom;description\nUn;"{quoted}"\n')
    assert result.frame["description"][0] == HTML[html]
    assert ("MARKUP_REMOVED" in codes(result)) == (html != HTML[html])


def test_no_consent_is_read_out_of_html(checked):
    result = checked("nom;visibilité;id\nUn;<b>public</b>;<b>7</b>\n<b>Deux</b>;public;8\n")
    assert result.frame["visibility"].tolist() == [None, "public"]
    assert result.frame["partner_key"].tolist() == ["<b>7</b>", "8"]
    assert result.frame["name"].tolist() == ["Un", "Deux"]


def test_a_text_of_markup_only_is_none(checked):
    assert checked('nom;description\nUn;<img src="https://exemple.be/a.png">\n').frame[
        "description"
    ].tolist() == [None]


def kml(*folders):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Carte</name>'
        + "".join(f"<Folder><name>{name}</name>{''.join(marks)}</Folder>" for name, *marks in folders)
        + "</Document></kml>"
    )


def mark(name, shape, description=""):
    return f"<Placemark><name>{name}</name><description><![CDATA[{description}]]></description>{shape}</Placemark>"


POINT = "<Point><coordinates>4.346,50.827,0</coordinates></Point>"
LINE = "<LineString><coordinates>4.34,50.82,0 4.35,50.83,0 4.36,50.82,0</coordinates></LineString>"
LOOP = (
    "<LineString><coordinates>4.34,50.82,0 4.35,50.83,0 4.36,50.82,0 4.34,50.82,0</coordinates></LineString>"
)
AREA = "<Polygon><outerBoundaryIs><LinearRing><coordinates>4.34,50.82,0 4.35,50.83,0 4.36,50.82,0 4.34,50.82,0</coordinates></LinearRing></outerBoundaryIs></Polygon>"


def test_a_maps_folders_are_categories_and_its_walks_no_points(checked):
    result = checked(
        kml(
            ("Jardins", mark("Un", POINT, "Écrire à <b>info@exemple.be</b>"), mark("Deux", AREA)),
            ("Balades", mark("Trois", LINE), mark("Quatre", LOOP)),
            ("Repair cafés", mark("Cinq", POINT)),
        ),
        "carte.kml",
    )
    by_name = result.frame.set_index("name")
    assert by_name["category_raw"].to_dict() == {
        "Un": "Jardins", "Deux": "Jardins", "Trois": "Balades", "Quatre": "Balades", "Cinq": "Repair cafés",
    }  # fmt: skip
    assert by_name["category"].to_dict() == {
        "Un": "garden",
        "Deux": "garden",
        "Trois": "other",
        "Quatre": "other",
        "Cinq": "repair",
    }
    assert np.isfinite(by_name["lon"].astype(float)).to_dict() == {
        "Un": True,
        "Deux": True,
        "Trois": False,
        "Quatre": False,
        "Cinq": True,
    }
    rows = by_name["row_number"]
    assert all("GEOMETRY_IS_LINE" in codes(result, rows[name]) for name in ("Trois", "Quatre"))
    assert "TEXT_TELLS_CONTACT" in codes(result, rows["Un"])
    assert by_name.loc["Un", "description"] == "Écrire à info@exemple.be"


@pytest.mark.parametrize("name", ["Calque sans titre", "Untitled layer", "Naamloze laag"])
def test_a_layer_without_a_name_is_no_category(checked, name):
    result = checked(kml((name, mark("Un", POINT))), "carte.kml")
    assert result.frame["category_raw"].tolist() == [None]


def test_a_mark_drawn_with_its_walk_is_where_the_mark_is(checked):
    both = f"<MultiGeometry>{LINE}{POINT}</MultiGeometry>"
    result = checked(
        kml(("Balades", mark("Un", both), mark("Deux", f"<MultiGeometry>{LINE}</MultiGeometry>"))),
        "carte.kml",
    )
    assert result.frame[["lon", "lat"]].astype(float).round(3).to_numpy().tolist()[0] == [4.346, 50.827]
    assert np.isnan(result.frame["lon"].astype(float)[1])


@pytest.mark.parametrize("column", ["téléphone", "telefoon", "contact téléphone"])
@pytest.mark.parametrize(
    "written",
    ["3225551234.0", "+32 2 555 12 34.0", "25551234,0".zfill(11), "3.225551234E+09", "3,2255512340E+09"],
)
def test_a_telephone_that_was_written_as_a_float_is_the_same_number(checked, column, written):
    record = checked(f"nom;{column}\nA;{written}\n").frame.iloc[0]
    assert {record["phone"], record["contact_phone"]} == {"+3225551234", None}


@pytest.mark.parametrize("written", ["3,22555E+09", "4,75E+08", "3.2E9"])
def test_a_telephone_whose_digits_are_lost_is_none(checked, written):
    result = checked(f"nom;téléphone\nA;{written}\n")
    assert result.frame["phone"].tolist() == [None]
    assert "PHONE_INVALID" in set(result.notices["code"])


@pytest.mark.parametrize("written", ["878065378.0", "0878065378.0", "8.78065378E+08", "BE 0878.065.378"])
def test_an_enterprise_number_that_was_written_as_a_float_is_the_same(checked, written):
    assert checked(f"nom;bce;cp\nA;{written};1030.0\n").frame["enterprise_number"].tolist() == ["0878065378"]


def test_an_ordinary_number_that_ends_with_zeros_keeps_them(checked):
    result = checked("nom;téléphone\nA;02.555.10.00\nB;02 555 12 00\n")
    assert result.frame["phone"].tolist() == ["+3225551000", "+3225551200"]
