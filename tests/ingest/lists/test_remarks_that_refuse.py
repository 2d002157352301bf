"""A remark in a row's own texts that it is not to be published withholds the row, and never opens anything."""

from functools import partial

import pytest
from sending import confirmed

from builders import make_dataset, names, open_terms
from commons.consent.flags import FLAG_WORDS
from commons.database.connection import Role, connect
from commons.vocabulary import Audience, UploadMode
from ingest.check.remarks import refuses_publication
from ingest.upload import commit_upload, prepare_upload

REFUSING = (
    "NE PAS PUBLIER !!!", "À ne pas diffuser", "confidentiel \N{EN DASH} ne pas diffuser", "Merci de ne pas publier l\N{RIGHT SINGLE QUOTATION MARK}adresse", "Pas publier",
    "Potager de 12 parcelles. NE PAS PUBLIER SVP", "Refuge du Nord NE PAS PUBLIER", "Ouvert le lundi (ne pas publier)", "NE_PAS_PUBLIER",
    "Ne souhaite pas apparaître sur la carte", "<b>Ne&nbsp;pas publier</b>", "Strictement confidentiel", "Adresse confidentielle",
    "Refuse d'être publié", "niet publiceren", "Gelieve niet te publiceren a.u.b.", "Niet op de kaart zetten", "dit adres niet publiceren",
    "Mag niet gepubliceerd worden", "publicatieverbod", "intern gebruik", "wil niet op de kaart", "NIET PUBLICEREN AUB", "geheim adres",
    "do not publish", "Not for publication", "Please don\N{RIGHT SINGLE QUOTATION MARK}t share", "Do not show on map", "Don't publish yet", "internal use only",
)  # fmt: skip
INNOCENT = (
    "nous refusons de publier des annonces", "ne pas publier sur le mur", "Écoute anonyme, gratuite, confidentielle.",
    "Accueil confidentiel et gratuit", "Ne pas diffuser de musique", "On ne publie pas", "Ne pas afficher de publicités", "privé",
    "Pas de publication papier", "Pas de carte bancaire", "ne pas partager les outils", "Publication d'un journal", "en ligne",
    "We publiceren niet", "Niet delen is stelen", "Kaart niet aanvaard", "niet online", "We do not publish", "Do not share needles",
    "Poems others do not publish", "no map",
)  # fmt: skip
FLAGS = "visibility,precision,contact,statistics,reuse"
OPEN = "public,exact,public,oui,oui"


@pytest.mark.parametrize("text", REFUSING)
@pytest.mark.parametrize("header", ["description", "opmerkingen", "Notes internes", "nom"])
def test_such_a_remark_withholds_its_row_and_names_its_column(checked, header, text):
    columns = "id,nom" if header == "nom" else f"id,nom,{header}"
    cells = f'1,"{text}"' if header == "nom" else f'1,Un,"{text}"'
    other = "2,Deux" if header == "nom" else "2,Deux,Un jardin"
    result = checked(f"{columns},{FLAGS}\n{cells},{OPEN}\n{other},{OPEN}\n")
    first, second = result.frame.to_dict("records")
    assert [first[flag] for flag in FLAG_WORDS] == ["withheld", None, None, None, None, None]
    assert (second["visibility"], second["statistics"]) == ("public", True)
    notices = result.notices[result.notices["code"].eq("REMARK_REFUSES")]
    assert notices[["row_number", "column"]].to_numpy().tolist() == [[1, header]]


@pytest.mark.parametrize("text", INNOCENT)
def test_a_text_about_something_else_withholds_nothing(checked, text):
    assert not refuses_publication(text)
    result = checked(f'id,nom,description,{FLAGS}\n1,Un,"{text}",{OPEN}\n')
    assert result.frame.loc[0, "visibility"] == "public"


@pytest.mark.parametrize("flag", ["public", "partenaires", "non", "oui", "", "à vérifier", "retenu"])
@pytest.mark.parametrize("text", ["NE PAS PUBLIER", "Un jardin"])
def test_a_remark_opens_nothing_that_was_closed(checked, flag, text):
    result = checked(f"id,nom,description,visibility\n1,Un,{text},{flag}\n2,Deux,Un jardin,public\n")
    opens = flag in ("public", "partenaires") and text == "Un jardin"
    assert (result.frame.loc[0, "visibility"] in ("public", "partners")) == opens


def test_a_name_may_end_with_it(checked):
    assert checked("nom\nREFUGE NE PAS PUBLIER\n").frame.loc[0, "visibility"] == "withheld"


@pytest.fixture
def send(database, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "list", open_terms())

    def send_rows(*rows, header="id,nom,remarques,latitude,longitude"):
        file = tmp_path / "list.csv"
        file.write_text("\n".join([header, *rows]), "utf-8")
        with connect(Role.INGEST) as connection:
            commit = partial(commit_upload, connection, dataset, prepare_upload(file), uploaded_by="t")
            confirmed(connection, commit, mode=UploadMode.FULL)

    return send_rows


def shown():
    return {
        audience: names(audience) for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS)
    }


HIDDEN = "2,Deux,NE PAS PUBLIER,50.85,4.35"
SHOWN = "2,Deux,Un jardin,50.85,4.35"
FIRST = "1,Un,Un jardin,50.84,4.36"


def test_in_a_list_that_is_open_by_its_agreement_the_row_alone_is_withheld(database, send):
    send(FIRST, HIDDEN)
    assert set(map(tuple, shown().values())) == {("Un",)}
    assert database.rows("SELECT rows_stored, rows_set_aside FROM commons.upload") == [(2, 0)]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_a_remark_that_comes_later_withholds_what_was_shown(send):
    send(FIRST, SHOWN)
    assert names(Audience.PUBLIC) == ["Deux", "Un"]
    send(FIRST, HIDDEN)
    assert set(map(tuple, shown().values())) == {("Un",)}


def test_a_remark_takes_back_no_flag_of_another_row(send):
    flagged = "id,nom,remarques,latitude,longitude,visibility,precision"
    send(f"{FIRST},withheld,exact", f"{SHOWN},public,exact", header=flagged)
    assert names(Audience.PUBLIC) == ["Deux"]
    send(FIRST, HIDDEN)
    assert names(Audience.PUBLIC) == []


def test_it_counts_in_a_list_with_some_other_flag_too(send):
    header = "id,nom,remarques,latitude,longitude,statistiques"
    send(f"{FIRST},oui", f"{HIDDEN},oui", header=header)
    assert set(map(tuple, shown().values())) == {("Un",)}


def test_a_public_visibility_settles_it_once_the_remark_is_gone(send):
    send(FIRST, HIDDEN)
    send(FIRST, SHOWN)
    assert names(Audience.PUBLIC) == ["Un"]
    header = "id,nom,remarques,latitude,longitude,visibility,precision"
    send(f"{FIRST},public,exact", f"{SHOWN},public,exact", header=header)
    assert names(Audience.PUBLIC) == ["Deux", "Un"]
