"""Lists in which the places' names are not where one looks for them."""

import io
from datetime import date, datetime

import openpyxl
import pytest
from sent_lists import checked_list, sent_list

from commons.errors import CommonsError
from ingest.map import apply_mapping, propose_mapping
from ingest.map.choose import with_choices
from ingest.map.document import as_tree, read_mapping
from ingest.map.mapping import Mapping, Match
from ingest.notices import NoticeCode, summarise
from ingest.upload import prepare_upload

NAMES = ["Le Potager du Parvis", "Café de la Réparation", "Grainothèque De Zaadbank"]


def fields_of(raw):
    return {match.column: match.field for match in propose_mapping(raw).matches}


@pytest.fixture
def fields(read):
    """Return what each column of a CSV is taken for."""
    return lambda text: fields_of(read(text))


def test_a_sent_list_with_repeated_titles_keeps_every_value():
    checked = checked_list("20-duplicate-headers")
    assert checked.frame["name"].tolist() == NAMES
    assert checked.frame["contact_person"].tolist() == ["Anne 0", "Anne 1", "Anne 2"]
    assert checked.frame["email"].tolist() == [f"anne{n}@exemple.be" for n in range(3)]
    assert checked.frame["extras"].iloc[0] == {"latitude (2)": "50.827"}
    assert not checked.flags_present
    told = checked.notices[checked.notices["code"].eq("HEADER_REPEATED")]
    assert told["column"].tolist() == ["contact (2)", "latitude (2)"]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (
            "slash.csv",
            {"name", "address", "postcode", "municipality", "phone", "lat", "lon"},
        ),
        ("dash.csv", {"name", "address", "enterprise_number"}),
        ("under.csv", {"name", "address", "postcode", "municipality"}),
    ],
)
def test_sent_titles_in_two_languages_are_understood(file, found):
    prepared = prepare_upload(sent_list("42-bilingual-headers", file))
    assert found <= set(prepared.mapping.column_of)
    assert prepared.checked.frame["name"].tolist() == NAMES


@pytest.mark.parametrize("file", ["f.csv", "place.csv"])
def test_a_sent_list_whose_titles_share_a_prefix_is_understood(file):
    prepared = prepare_upload(sent_list("43-gtfs-prefix", file))
    assert set(prepared.mapping.column_of) >= {"partner_key", "name", "lat", "lon"}
    assert prepared.checked.frame["name"].tolist() == NAMES
    assert prepared.checked.frame["lon"].tolist() == [4.346, 4.347, 4.374]


def test_in_a_sent_list_the_filled_column_counts():
    assert checked_list("69-empty-better-column", "f.csv").frame["name"].tolist() == NAMES


def test_in_a_sent_list_the_names_of_two_languages_fill_one_another():
    frame = checked_list("69-empty-better-column", "g.csv").frame
    assert frame["name"].tolist() == ["Un", "Twee"]
    assert frame[["name_fr", "name_nl"]].to_numpy().tolist() == [["Un", None], [None, "Twee"]]


def test_a_sent_form_gives_its_names_and_no_founding():
    prepared = prepare_upload(sent_list("48-google-form"))
    assert prepared.mapping.column_of["name"] == "Quel est le nom de votre initiative ?"
    assert prepared.mapping.column_of["email"] == "Adresse e-mail"
    assert "founded_on" not in prepared.mapping.column_of
    assert (
        prepared.checked.frame["name"].tolist() == NAMES[:2]
    )  # the third row has a comma too many, and is told


def test_a_sent_kml_gives_its_extended_data_under_their_names():
    frame = checked_list("21-kml-mymaps").frame
    assert frame["name"].tolist() == NAMES
    assert frame["category_raw"].tolist() == ["Jardins", "Ateliers", "Ateliers"]
    for field in ("street", "website", "phone"):
        assert frame[field].notna().all(), field


def test_a_sent_kml_with_time_spans_has_its_names():
    frame = checked_list("75-kml-begin-end").frame
    assert frame["name"].tolist() == ["Un", "Deux"]
    assert frame["category_raw"].isna().all()  # the file has no folder, and our name for it is none


def test_a_sent_list_with_attachments_takes_none_of_them_for_a_site():
    checked = checked_list("33-airtable")
    assert checked.frame["website"].tolist() == ["https://exemple.be"] * 3
    assert all("Photo" in extras for extras in checked.frame["extras"])
    assert checked.frame["category"].ne("other").all()


POINT = "<Point><coordinates>4.35,50.85</coordinates></Point>"


@pytest.mark.parametrize(
    "data",
    [
        '<SchemaData schemaUrl="#nowhere"><SimpleData name="Dénomination">Café</SimpleData></SchemaData>',
        "<SchemaData><SimpleData name='Dénomination'>Café</SimpleData><SimpleData name='x'/></SchemaData>",
        '<Data name="Dénomination"><value>Café</value></Data>',
    ],
)
def test_data_of_a_kml_are_read_with_or_without_a_schema(read, data):
    content = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        f"<ExtendedData>{data}</ExtendedData>{POINT}</Placemark></Document></kml>"
    )
    raw = read(content, "a.kml")
    assert raw.rows["Dénomination"].tolist() == ["Café"]
    assert fields_of(raw)["Dénomination"] == "name"


def test_an_empty_title_of_a_placemark_gives_way_to_the_name_of_its_schema(read):
    places = "".join(
        f'<Placemark><ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="nom">{name}</SimpleData>'
        f'<SimpleData name="code postal">1000</SimpleData></SchemaData></ExtendedData>{POINT}</Placemark>'
        for name in ("Café", "Potager")
    )
    schema = '<Schema name="s" id="s"><SimpleField name="nom" type="string"/><SimpleField name="code postal" type="int"/></Schema>'
    content = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{schema}<Folder>{places}</Folder></Document></kml>'
    fields = fields_of(read(content, "a.kml"))
    assert (fields["nom"], fields["code postal"]) == ("name", "postcode")


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Bénéficiaire", "name"),
        ("Begunstigde", "name"),
        ("Nom du bénéficiaire", "name"),
        ("Dénomination de l'association / Benaming van de vereniging (officiel / officieel)", "name"),
        ("Naam \u2013 Nom", "name"),
        ("NOM_NAAM", "name"),
        ("Gemeente|Commune", "municipality"),
        ("Commune\nGemeente", "municipality"),
        ("tel_telefoon", "phone"),
        ("Site web / Website", "website"),
        ("Rue (straat)", "street"),
        ("source_id", "partner_key"),
    ],
)
def test_a_header_is_learned(fields, title, field):
    values = {
        "name": ("Café Lune", "Le Potager"), "municipality": ("Ixelles", "Jette"), "phone": ("02 555 12 34", "02 555 12 35"),
        "website": ("a.be", "b.be"), "street": ("Rue Haute", "Rue Basse"), "partner_key": ("12", "13"),
    }[field]  # fmt: skip
    found = fields(f'"{title}";autre\n{values[0]};1\n{values[1]};2\n')
    assert found[" ".join(title.split())] == field


@pytest.mark.parametrize("title", ["Rue / Numéro", "Nom / Remarque", "Nom - Prénom", "Adresse / Site web"])
def test_a_header_of_two_things_is_not_one_of_them_in_two_languages(fields, title):
    assert fields(f'"{title}";nom\nx;Café Lune\ny;Le Potager\n').get(title) in (None, "contact_person")


@pytest.mark.parametrize(
    "titles",
    [
        "POT_ID;POT_NOM;POT_ADR;POT_CP;POT_X;POT_Y",
        "id_pot;nom_pot;adr_pot;cp_pot;x_pot;y_pot",
        "lieu.id;lieu.nom;lieu.adresse;lieu.cp;lieu.x;lieu.y",
        "Projet: id;Projet: nom;Projet: adresse;Projet: cp;Projet: x;Projet: y",
        "a/id;a/nom;b/adresse;b/cp;c/x;c/y",
        "1. id;2. nom;3. adresse;4. cp;5. x;6. y",
        "Q1_id;Q2_nom;Q3_adresse;Q4_cp;Q5_x;Q6_y",
    ],
)
def test_what_all_titles_of_a_list_share_says_nothing_of_any(read, titles):
    raw = read(
        f"{titles}\n1;Café Lune;Rue Haute 3;1000;149000;170500\n2;Le Potager;Rue Basse 4;1030;149100;170600\n"
    )
    fields = list(fields_of(raw).values())
    assert set(fields) == {"partner_key", "name", "address", "postcode", "lon", "lat"}


def test_persons_under_a_prefix_stay_persons(fields):
    found = fields("contact_nom;contact_tel;contact_mail;nom\nZoé;02 555 12 34;zoe@exemple.be;Café Lune\n")
    assert found == {
        "contact_nom": "contact_person", "contact_tel": "contact_phone", "contact_mail": "contact_email", "nom": "name",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("name;nom\n;Café\n;Potager\n", "nom"),
        ("nom;raison sociale\n;Café\n;Potager\n", "raison sociale"),
        ("name;title;naam\n;;Café\n;;Potager\n", "naam"),
        ("nom;intitulé\n" + "x;Café\n" + "".join(f";Lieu {n}\n" for n in range(20)), "intitulé"),
    ],
)
def test_a_column_that_is_hardly_filled_gives_way(read, text, column):
    raw = read(text)
    assert propose_mapping(raw).column_of["name"] == column


def test_a_name_without_a_letter_gives_way_to_one_with_words(fields):
    found = fields("nom;xyz\n101;Café Lune\n102;Le Potager\n")
    assert found["xyz"] == "name"


def test_a_second_column_of_the_same_meaning_fills_the_first_and_loses_nothing(checked):
    result = checked(
        "nom;téléphone;gsm;code postal;cp\nA;;0475 12 34 56;1000;\nB;02 555 12 34;0475 12 34 57;;1030\nC;;;;\n"
    )
    assert result.frame["phone"].tolist() == ["+32475123456", "+3225551234", None]
    assert result.frame["postcode"].tolist() == ["1000", "1030", None]
    assert result.frame["extras"].tolist() == [{}, {"gsm": "0475 12 34 57"}, {}]
    told = result.notices[result.notices["code"].eq("COLUMN_FILLS")]
    assert set(told["column"]) == {"gsm", "cp"}


def test_descriptions_of_two_languages_are_each_of_theirs(read):
    found = fields_of(read("nom;présentation;voorstelling\nA;Un jardin;Een tuin\n"))
    assert (found["présentation"], found["voorstelling"]) == ("description_fr", "description_nl")


def test_positions_keys_and_consents_are_never_mixed_of_two_columns(read):
    raw = read("nom;id;fid;lat;y;lon;x\nA;;7;50,85;;4,35;\n")
    assert not propose_mapping(raw).also
    with pytest.raises(CommonsError) as refused:
        read_mapping(
            {"columns": {"nom": "name", "visible": "visibility"}, "also": {"visibility": ["public"]}}
        )
    assert refused.value.key == "mapping.also_field"


def test_a_saved_mapping_keeps_what_fills_what():
    mapping = Mapping((Match("tel", "phone", 1.0, "person"),), also={"phone": ("gsm",)})
    assert read_mapping(as_tree(mapping)).also == {"phone": ("gsm",)}


def test_what_a_person_chooses_for_a_column_that_fills_holds():
    mapping = Mapping((Match("tel", "phone", 1.0, "header"),), also={"phone": ("gsm", "mobile")})
    assert with_choices(mapping, {"tel": "phone", "gsm": None}).also == {"phone": ("gsm", "mobile")}
    assert with_choices(mapping, {"tel": "phone", "gsm": "contact_phone"}).also == {"phone": ("mobile",)}
    assert with_choices(mapping, {"tel": None}).also == {}


def test_a_file_without_the_column_that_fills_is_read_all_the_same(read):
    mapping = Mapping(
        (Match("nom", "name", 1.0, "person"), Match("tel", "phone", 1.0, "person")), also={"phone": ("gsm",)}
    )
    assert apply_mapping(read("nom;tel\nA;02\n"), mapping).fields["phone"].tolist() == ["02"]


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("xyz;montant;cp\nCafé Lune 3/4;12;1000\nLe Potager 1/2;13;1030\n", "xyz"),
        ("a;b\n1 Café: Lune;1 texte: un\n2 Potager: Sud;1 texte: un\n", "a, b"),
        ("name;xyz\n;Café Lune 1\n;Le Potager 2\n", "xyz"),
    ],
)
def test_a_list_without_names_is_one_fault_with_the_likeliest_columns(checked, text, likely):
    result = checked(text)
    lines = summarise(result.notices)
    fault = lines[lines["code"].eq("NAME_COLUMN_MISSING")]
    assert fault["column"].tolist() == [likely]
    assert fault["rows"].tolist() == [0]
    assert "NAME_MISSING" not in set(lines["code"])
    assert lines["code"].iloc[0] == "NAME_COLUMN_MISSING"
    assert set(result.set_aside["_codes"]) == {"NAME_COLUMN_MISSING"}
    assert len(result.set_aside) == 2


def test_a_row_without_its_name_is_a_fault_of_the_row(checked):
    result = checked("nom;rue\nA;Rue Haute\n;Rue Basse\n")
    assert set(result.set_aside["_codes"]) == {"NAME_MISSING"}


def test_a_later_part_of_a_long_list_without_names_is_a_fault_of_its_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.read.table.CHUNK_ROWS", 2)
    path = tmp_path / "liste.csv"
    path.write_text("nom;rue\nA;a\nB;b\n;c\n;d\n", "utf-8")
    notices = prepare_upload(path).checked.notices
    assert NoticeCode.NAME_COLUMN_MISSING not in set(notices["code"])
    assert notices.loc[notices["code"].eq("NAME_MISSING"), "row_number"].tolist() == [3, 4]


@pytest.mark.parametrize("cell", [True, False, datetime(2024, 3, 7), date(2024, 3, 7), "07/03/2024"])
def test_a_cell_of_a_spreadsheet_that_is_no_text_is_no_name(checked, cell):
    book, target = openpyxl.Workbook(), io.BytesIO()
    for line in (["nom", "rue"], ["A", "Rue Haute"], [cell, "Rue Basse"]):
        book.active.append(line)
    book.save(target)
    result = checked(target.getvalue(), "liste.xlsx")
    assert result.frame["name"].tolist() == ["A"]
    assert result.set_aside["_codes"].tolist() == ["NAME_IS_VALUE"]


def test_a_number_or_a_year_may_be_a_name(checked):
    assert checked("nom;rue\n1984;Rue Haute\nLe 7 mars 2024;b\nTrue Colors;b\n").set_aside.empty


@pytest.mark.parametrize("hidden", ["\U000e0041", "\u00ad", "\u2063", "\u061c"])
def test_no_invisible_character_survives_in_a_name(checked, hidden):
    result = checked(f"nom\nCafé{hidden} Lune\n")
    assert result.frame["name"].tolist() == ["Café Lune"]
    assert "TEXT_CLEANED" in set(result.notices["code"])


@pytest.mark.parametrize("separator", "^~|")
def test_a_rare_separator_is_found(checked, separator):
    lines = ("nom;rue;numéro", "Le Potager;Rue Haute;3", "Le Café;Rue Basse;4")
    result = checked("\n".join(lines).replace(";", separator))
    assert result.frame["name"].tolist() == ["Le Potager", "Le Café"]
