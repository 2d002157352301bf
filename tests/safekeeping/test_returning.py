"""What was withdrawn, narrowed or erased does not come back under another key of its own list; two people let a row in."""

import pandas as pd
import pytest
from previews import entered, with_file
from sending import confirmed

from builders import make_dataset, names, open_terms
from commons.consent.change import set_consent
from commons.consent.erase import erase
from commons.consent.statements import Word
from commons.consent.wanted import Wanted
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.vocabulary import Audience, FieldGroup, Language, Precision, UploadMode, Visibility
from ingest.notices import NoticeCode
from ingest.store.held import readmit_row
from ingest.upload import commit_upload, prepare_upload, preview_upload

GARDEN = {
    "id": "1",
    "nom": "Jardin des Lucioles",
    "lat": "50.84012",
    "lon": "4.36012",
    "rue": "rue Haute",
    "numero": "5",
    "code_postal": "1000",
    "telephone": "02 555 01 01",
    "email": "bonjour@lucioles.example",
}
WORKSHOP = {
    "id": "2",
    "nom": "Atelier du Coin",
    "lat": "50.85",
    "lon": "4.37",
    "rue": "rue Basse",
    "numero": "7",
    "code_postal": "1000",
    "telephone": "02 555 01 02",
    "email": "salut@coin.example",
}
NO_CONTACT = {"telephone": "", "email": ""}
NO_PLACE = {"lat": "", "lon": "", "rue": "", "numero": "", "code_postal": ""}
WAYS = {
    "another key": {},
    "moved by 3 m": {"lat": "50.84014", "lon": "4.36014", **NO_CONTACT},
    "moved by 40 m": {"lat": "50.84048", "rue": "", "numero": "", **NO_CONTACT},
    "a letter longer": {"nom": "Jardin des Luccioles", **NO_CONTACT},
    "a letter shorter": {"nom": "Jardin des Lucoles", **NO_CONTACT},
    "another letter": {"nom": "Jardin des Lucioies", **NO_CONTACT},
    "two letters turned": {"nom": "Jardin des Lucoiles", **NO_CONTACT},
    "in the plural": {"nom": "Jardins des Luciole", **NO_CONTACT},
    "written otherwise": {"nom": "JARDIN  DES LUCIÔLES", **NO_CONTACT},
    "a word more": {"nom": "Jardin des Lucioles asbl", **NO_CONTACT},
    "a word less": {"nom": "Jardin Lucioles", **NO_CONTACT},
    "a letter longer and moved by 3 m": {
        "nom": "Jardin des Luciolles",
        "lat": "50.84014",
        "rue": "",
        **NO_CONTACT,
    },
    "without a place": {**NO_PLACE, **NO_CONTACT},
    "without a place, a letter longer": {"nom": "Jardin des Lucioless", **NO_PLACE, **NO_CONTACT},
    "the name and the number, elsewhere": {"lat": "50.86", "lon": "4.40", "rue": "", "email": ""},
    "the contacts, without a place": {**NO_PLACE, "nom": "Jardin Lucioles"},
}

FIREFLIES = {
    **GARDEN,
    "nom": "Atelier des Lucioles Dorées",
    "rue": "Rue de Flandre",
    "numero": "12",
    **NO_CONTACT,
}
NO_POINT = {"lat": "", "lon": ""}
NO_ADDRESS = {"rue": "", "numero": "", "code_postal": ""}
SMALL_CHANGES = {
    "words in another order": {"nom": "Lucioles Dorées, atelier des"},
    "words in another order, nowhere": {"nom": "Dorées Lucioles (atelier)", **NO_PLACE},
    "shortened": {"nom": "Lucioles Dorées"},
    "one word of it": {"nom": "Les Lucioles"},
    "one word of it, at the address": {"nom": "Les Lucioles", **NO_POINT},
    "two letters": {"nom": "Atelyer des Lucioles Dorfes"},
    "two words more": {"nom": "Nouvel Atelier des Lucioles Dorées à Bruxelles"},
    "two transpositions": {"nom": "Atelier des Lucoiles Droées"},
    "digits for letters": {"nom": "Atelier des Luci0les D0rées"},
    "the street in Dutch": {"rue": "Vlaamsesteenweg", **NO_POINT},
    "the street abbreviated": {"rue": "R. de Flandre", **NO_POINT},
    "the number with a letter": {"numero": "12A", **NO_POINT},
    "the number in the street": {"rue": "Rue de Flandre 12", "numero": "", "nom": "Lucioles", **NO_POINT},
    "another number": {"numero": "14", **NO_POINT},
    "plural": {"nom": "Ateliers de la Luciole Dorée", **NO_ADDRESS},
    "abbreviated": {"nom": "At. des Lucioles Dorées", **NO_ADDRESS},
    "another name after it": {"nom": "Atelier des Lucioles Dorées / Gouden Vuurvliegjes", **NO_ADDRESS},
    "moved by 160 m": {"lon": "4.3623", **NO_ADDRESS},
    "bis, nowhere": {"nom": "Atelier des Lucioles Dorées bis", **NO_PLACE},
    "grand, nowhere": {"nom": "Le Grand Atelier des Lucioles Dorées", **NO_PLACE},
    "another name after it, nowhere": {
        "nom": "Atelier des Lucioles Dorées / Gouden Vuurvliegjes",
        **NO_PLACE,
    },
}


@pytest.fixture
def uploaded(database, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "a-list", open_terms())

    def upload(rows, drop=(), mode=UploadMode.FULL, work=commit_upload):
        file = tmp_path / "list.csv"
        pd.DataFrame(rows).drop(columns=list(drop)).to_csv(file, index=False)

        def send(**values):
            return work(connection, dataset, prepare_upload(file), uploaded_by="t", mode=mode, **values)

        with connect(Role.INGEST) as connection:
            done = confirmed(connection, send)
            return getattr(done, "committed", done).stored

    upload.dataset = dataset
    return upload


def withdrawn(dataset, key):
    with connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key=key, withdrawn_by="A. Person")


def erased(dataset, key):
    with connect(Role.INGEST) as connection:
        erase(connection, dataset, record_key=key, erased_by="An officer")


def narrowed(dataset, key):
    wanted = Wanted(
        visibility=Visibility.PUBLIC,
        precision=Precision.COMMUNE,
        contact=Visibility.PUBLIC,
        statistics=True,
        reuse=True,
    )
    with connect(Role.INGEST) as connection:
        set_consent(connection, dataset, wanted, Word(given_by="A. Person"), record_key=key)


def without_contact(dataset, key):
    with connect(Role.INGEST) as connection:
        groups = [FieldGroup.CONTACT_ORGANISATION]
        withdraw(connection, dataset, record_key=key, field_groups=groups, withdrawn_by="A. Person")


CODES = {
    withdrawn: "LIKE_WITHDRAWN",
    erased: "LIKE_ERASED",
    narrowed: "LIKE_WITHDRAWN",
    without_contact: "LIKE_WITHDRAWN",
}


def held(done):
    """Return the codes of the rows that an upload held back; an erased one that is known by more is barred as before."""
    return {code.value for code in done.remarks}


def key_of(database, name):
    return database.rows(
        "SELECT partner_key FROM commons.source_record JOIN commons.record_version v USING (record_id)"
        f" WHERE v.name = '{name}'"
    )[0][0]


@pytest.mark.parametrize("closed", [withdrawn, erased])
@pytest.mark.parametrize("has_key", [True, False], ids=["another key", "no key column"])
def test_none_of_these_ways_brings_it_back(database, uploaded, closed, has_key):
    drop = () if has_key else ("id",)
    uploaded([GARDEN, WORKSHOP], drop)
    closed(uploaded.dataset, key_of(database, GARDEN["nom"]))
    came = []
    for number, (way, change) in enumerate(WAYS.items()):
        done = uploaded([{**GARDEN, **change, "id": f"other-{number}"}, WORKSHOP], drop)
        # A row without a key is known by its fingerprint: one that has the same is the record, and stays closed.
        is_told = held(done) in ({CODES[closed]}, {"ERASED"}) or not (has_key or done.set_aside)
        came += (
            []
            if is_told and names(Audience.PUBLIC) == [WORKSHOP["nom"]]
            else [(way, held(done), done.set_aside)]
        )
    assert came == []
    assert names(Audience.PARTNERS) == [WORKSHOP["nom"]]


@pytest.mark.parametrize("closed", [withdrawn, erased])
@pytest.mark.parametrize("kept", [{}, NO_PLACE], ids=["with a place", "a name only"])
def test_no_small_change_brings_it_back(uploaded, closed, kept):
    uploaded([{**FIREFLIES, **kept}, WORKSHOP])
    closed(uploaded.dataset, "1")
    changes = {way: change for way, change in SMALL_CHANGES.items() if not kept or "nowhere" in way}
    came = []
    for number, (way, change) in enumerate(changes.items()):
        done = uploaded([{**FIREFLIES, **change, "id": f"other-{number}"}], mode=UploadMode.PARTIAL)
        came += [] if (held(done), done.new) == ({CODES[closed]}, 0) else [way]
    assert came == []
    assert names(Audience.PUBLIC) == [WORKSHOP["nom"]]


@pytest.mark.parametrize("closed", [narrowed, without_contact])
def test_what_a_person_narrowed_does_not_come_back_wider(database, uploaded, closed):
    uploaded([GARDEN, WORKSHOP])
    closed(uploaded.dataset, "1")
    done = uploaded([{**GARDEN, "id": "9"}, WORKSHOP])
    assert (done.held, held(done)) == (1, {"LIKE_WITHDRAWN"})
    assert names(Audience.PUBLIC) == [WORKSHOP["nom"]]


@pytest.mark.parametrize("closed", [withdrawn, erased])
def test_a_list_numbered_anew_does_not_bring_it_back_under_a_key_that_was_anothers(uploaded, closed):
    uploaded([GARDEN, WORKSHOP])
    closed(uploaded.dataset, "1")
    uploaded([{**WORKSHOP, "id": "1"}, {**GARDEN, "id": "2", "nom": "Jardin des Luciolles", **NO_CONTACT}])
    assert names(Audience.PUBLIC) == []


OTHERS = {
    "another name at the same door": {"nom": "Repair Café", **NO_CONTACT},
    "its name in another part of town": {
        "lat": "50.87",
        "lon": "4.33",
        "rue": "rue Neuve",
        "numero": "1",
        **NO_CONTACT,
    },
    "another name with a word of it": {
        "nom": "Crèche des Lucioles du Parvis",
        "lat": "50.8450",
        "rue": "",
        **NO_CONTACT,
    },
    "nothing in common": {"nom": "Ressourcerie", "lat": "50.86", "lon": "4.33", "rue": "quai", **NO_CONTACT},
}


@pytest.mark.parametrize("closed", [withdrawn, erased])
def test_another_record_is_stored(uploaded, closed):
    uploaded([GARDEN, WORKSHOP])
    closed(uploaded.dataset, "1")
    wrong = []
    for number, (way, change) in enumerate(OTHERS.items()):
        done = uploaded([{**GARDEN, **change, "id": f"other-{number}"}], mode=UploadMode.PARTIAL)
        wrong += [] if (done.new, done.held) == (1, 0) else [way]
    assert wrong == []


@pytest.mark.parametrize("closed", [withdrawn, erased])
def test_a_record_that_stood_beside_it_stays(uploaded, closed):
    """Two rows of one list may be alike: what was stored and is the same is not held back, nor when a field changes."""
    beside = {**GARDEN, "id": "3", "nom": "Jardin des Lucioles bis"}
    uploaded([GARDEN, WORKSHOP, beside])
    closed(uploaded.dataset, "1")
    for row in (beside, {**beside, "telephone": "02 555 09 09"}):
        done = uploaded([WORKSHOP, row])
        assert (done.held, done.erased) == (0, 0)
    assert names(Audience.PUBLIC) == [WORKSHOP["nom"], beside["nom"]]


@pytest.mark.parametrize("closed", [withdrawn, erased])
def test_a_trial_tells_it_and_two_people_let_it_in(database, uploaded, closed):
    uploaded([GARDEN, WORKSHOP])
    closed(uploaded.dataset, "1")
    rows = [WORKSHOP, {**GARDEN, "id": "9", "nom": "Jardin des Luciolles"}]
    trial = uploaded(rows, work=preview_upload)
    assert (trial.held, held(trial)) == (1, {CODES[closed]})
    assert uploaded(rows).held == 1
    kept = database.rows("SELECT row_number, codes, values FROM commons.set_aside_row WHERE codes <> '{}'")
    assert kept[-1] == (2, [CODES[closed]], {})

    def ask(by, **known):
        with connect(Role.INGEST) as connection:
            return readmit_row(
                connection, uploaded.dataset, **{"record_key": None, "row": None, **known}, asked_by=by
            )

    with pytest.raises(CommonsError) as none:
        ask("A. One", row=1)
    assert none.value.key == "erasure.not_held"
    assert not ask("A. One", row=2)
    assert not ask("a one", record_key="9"), "the same person"
    assert uploaded(rows).is_repeat
    assert ask("B. Two", record_key="9")
    done = uploaded(rows)
    assert (done.is_repeat, done.held, done.new) == (False, 0, 1)
    assert names(Audience.PUBLIC) == [WORKSHOP["nom"], "Jardin des Luciolles"]
    # It was that row that they let in, and no other under its key.
    assert uploaded([WORKSHOP, {**GARDEN, "id": "10", "nom": "Jardin des Lucioless"}]).held == 1


@pytest.mark.parametrize("closed", [withdrawn, erased])
def test_the_page_tells_of_it_before_anything_is_stored(uploaded, closed, tmp_path):
    uploaded([GARDEN, WORKSHOP])
    closed(uploaded.dataset, "1")
    file = tmp_path / "tried.csv"
    pd.DataFrame([{**GARDEN, "id": "9", "nom": "Jardin des Luciolles"}]).to_csv(file, index=False)
    page = with_file(entered("partner-of-a-list"), file)
    assert not page.exception
    warnings = [element.value for element in page.warning]
    assert any(NoticeCode[CODES[closed]].what(Language.FR) in text for text in warnings)


def test_the_database_lets_nobody_in_by_one_person(database, uploaded):
    uploaded([GARDEN, WORKSHOP])
    withdrawn(uploaded.dataset, "1")
    uploaded([WORKSHOP, {**GARDEN, "id": "9"}])
    ask = "SELECT commons.readmit_row(dataset_id, NULL, 2, %s) FROM commons.dataset"
    with connect(Role.INGEST) as connection:
        asked = [
            connection.execute(ask, (by,)).fetchone()[0] for by in ("A. One", "A One", "á. one", "", "B. Two")
        ]
    assert asked == ["proposed", "proposed", "proposed", "proposed", "admitted"]


def test_what_is_kept_of_an_erased_record_is_hashes_that_its_secret_makes(database, uploaded, monkeypatch):
    uploaded([GARDEN, WORKSHOP])
    erased(uploaded.dataset, "1")
    kinds = {kind for (kind,) in database.rows("SELECT DISTINCT kind FROM commons.erased_key")}
    assert kinds == {"key", "name", "place", "address", "slip", "part", "cell", "street", "phone", "email",
                     "word", "bag", "point"}  # fmt: skip
    assert not database.rows(
        "SELECT FROM commons.erased_key k WHERE k::text ~* 'lucioles|02 555|5550101|haute|50[.]84'"
    )
    assert not database.rows("SELECT FROM commons.erased_key WHERE keyed_hash !~ '^[0-9a-f]{64}$'")
    assert database.rows("SELECT count(*) < 110 FROM commons.erased_key") == [(True,)]


def test_two_erased_records_that_share_a_mark_are_lifted_each_by_itself(database, uploaded):
    beside = {**GARDEN, "id": "3", "nom": "Potager des Voisins"}
    uploaded([GARDEN, WORKSHOP, beside])
    erased(uploaded.dataset, "1")
    erased(uploaded.dataset, "3")
    with connect(Role.INGEST) as connection:
        connection.execute("SELECT commons.lift_erasure('a-list', keyed_hash, key_id, 'A. One') FROM commons.erased_key k"
                           " WHERE kind = 'key' AND record_id = (SELECT min(record_id) FROM commons.erased_key)")  # fmt: skip
        connection.execute("SELECT commons.lift_erasure('a-list', keyed_hash, key_id, 'B. Two') FROM commons.erased_key k"
                           " WHERE kind = 'key' AND record_id = (SELECT min(record_id) FROM commons.erased_key)")  # fmt: skip
    open_now = "SELECT DISTINCT record_id, lifted_at IS NULL FROM commons.erased_key ORDER BY 1"
    assert [is_barred for _, is_barred in database.rows(open_now)] == [False, True]
    assert uploaded([WORKSHOP, {**beside, "id": "9", "nom": "Potager des Voisines"}]).held == 1
