"""A trial tells nothing of others: with and without a record hidden from a partner, all that it is shown is the same."""

import pytest
from previews import differences, stored, trials

from builders import make_dataset, open_terms
from commons.consent.erase import erase
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.partners import add_partner, find_dataset
from commons.release.readers import give_login
from commons.vocabulary import UploadMode, Verdict
from ingest.merge.people import find_record, say
from ingest.upload import commit_upload, prepare_upload

HEADER = "id,nom,latitude,longitude,telephone,visibility"
OPEN = ["p1,Repair Café Matonge,50.8358,4.3663,02 555 01 01,public"]
HIDDEN = "h1,Atelier des Lucioles,50.8501,4.3501,02 555 01 02,{}"
OWN = [
    "a1,Atelier des Lucioles,50.8501,4.3501,02 555 01 02,public",
    "a2,Potager du Parvis,50.8411,4.3522,,public",
    "a3,Jardin retiré,50.8461,4.3622,,withheld",
]
TRIED = [
    "a4,Atelier des Lucioles,50.85011,4.35011,02 555 01 02,public",
    "a5,Repair Café Matonge,50.83581,4.36631,02 555 01 01,public",
    "a6,Ressourcerie du Canal,50.8601,4.3401,,public",
    "a7,Rien de connu,,,,public",
]
EVERYTHING = "{existence,identity,description,location,resources,contact_organisation}"


def send(folder, slug, rows, mode=UploadMode.PARTIAL):
    file = folder / f"{slug}.csv"
    file.write_text("\n".join([HEADER, *rows]), "utf-8")
    with connect(Role.INGEST) as connection:
        dataset = find_dataset(connection, slug)
        return commit_upload(connection, dataset, prepare_upload(file), uploaded_by="t", mode=mode)


def add_lists():
    """Make the lists; the one with the hidden record may show some to a friend, or to researchers, alone."""
    with connect(Role.ADMIN) as connection:
        friend = add_partner(connection, "friend", "Friend")
        give_login(connection, friend)
        for slug in ("own", "others", "third"):
            make_dataset(connection, slug, open_terms())
        connection.execute(
            "INSERT INTO commons.agreement_term (agreement_id, audience, named_partner_id, field_groups, purposes,"
            " precision) SELECT agreement_id, seen.by::reference.audience, seen.partner_id, %s, '{display}', 'exact'"
            " FROM commons.agreement JOIN commons.dataset USING (dataset_id),"
            " (VALUES ('partner', %s), ('researchers', NULL)) AS seen (by, partner_id) WHERE slug = 'others'",
            (EVERYTHING, friend.partner_id),
        )


def only_for(audience):
    """Return what lets one kind of reader alone see the hidden record."""

    def let():
        with connect(Role.ADMIN) as connection:
            connection.execute(
                "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, named_partner_id, field_groups,"
                " purposes, precision, given_by, approved_by, evidence_kind, valid_from, valid_until)"
                " SELECT r.dataset_id, r.record_id, 'allow', %(audience)s::reference.audience,"
                " CASE WHEN %(audience)s::text = 'partner' THEN p.partner_id END, %(groups)s, '{display}', 'exact', 'one', 'two',"
                " 'form', now(), 'infinity' FROM commons.source_record r, commons.partner p"
                " WHERE r.partner_key = 'h1' AND p.slug = 'friend'",
                {"audience": audience, "groups": EVERYTHING},
            )

    return let


def no_matching():
    with connect(Role.ADMIN) as connection:
        connection.execute(
            "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by,"
            " evidence_kind, valid_from, valid_until) SELECT dataset_id, record_id, 'deny', 'partners', %s,"
            " '{matching}', 't', 'form', now(), 'infinity' FROM commons.source_record WHERE partner_key = 'h1'",
            (EVERYTHING,),
        )


def withdrawn():
    with connect(Role.INGEST) as connection:
        withdraw(connection, find_dataset(connection, "others"), record_key="h1", withdrawn_by="x")


def erased():
    with connect(Role.INGEST) as connection:
        erase(connection, find_dataset(connection, "others"), record_key="h1", erased_by="x")


def bridged():
    """Let somebody say that the hidden record is one with what the partner sees, and with two of its own."""
    with connect(Role.INGEST) as connection:
        hidden = find_record(connection, "others/h1")
        for other in ("others/p1", "own/a1", "own/a2", "own/a3", "third/t1"):
            say(connection, find_record(connection, other), hidden, Verdict.SAME, said_by="the commons")


def nothing_more():
    """The row's own flag hides it."""


HIDDEN_WAYS = {
    "withheld": ("withheld", nothing_more),
    "an unknown word": ("à vérifier", nothing_more),
    "shown to a named partner only": ("withheld", only_for("partner")),
    "shown to researchers only": ("withheld", only_for("researchers")),
    "not to be matched": ("withheld", no_matching),
    "withdrawn": ("public", withdrawn),
    "erased": ("public", erased),
    "held together by a person": ("withheld", bridged),
    "held together, shown to researchers": (
        "withheld",
        lambda: (bridged(), only_for("researchers")()),
    ),
    "held together, shown to a named partner": (
        "withheld",
        lambda: (bridged(), only_for("partner")()),
    ),
}


@pytest.fixture(scope="module")
def world(cluster, template, clone, tmp_path_factory):
    """Return what a partner is shown where another list holds these rows, made as `then` says."""

    def observed(rows, then=nothing_more):
        folder = tmp_path_factory.mktemp("world")
        with clone(cluster, template) as database, pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", database.url)
            patch.setenv("COMMONS_LEDGER", str(folder / "ledger"))
            patch.setenv("COMMONS_ERASURE_KEY", "0123456789abcdef" * 4)
            patch.setenv("COMMONS_LANG", "en")
            add_lists()
            send(folder, "others", [*OPEN, *rows])
            send(folder, "third", ["t1,Potager du Parvis,50.8411,4.3522,,partners"])
            send(folder, "own", OWN[1:])
            latest = send(folder, "own", OWN).stored.upload_id
            then()
            tried = folder / "tried.csv"
            tried.write_text("\n".join([HEADER, *TRIED]), "utf-8")
            seen = trials("own", "partner-of-own", tried, record="a1", latest=latest)
            return seen | stored("own", "partner-of-own", tried)

    return observed


@pytest.fixture(scope="module")
def without(world):
    return world([])


@pytest.mark.parametrize("way", HIDDEN_WAYS)
def test_what_is_hidden_changes_nothing_of_what_a_trial_shows(world, without, way):
    flag, then = HIDDEN_WAYS[way]
    assert differences(without, world([HIDDEN.format(flag)], then)) == {}


def test_the_trial_tells_of_what_the_partner_may_see(world, without):
    """The comparison above is worth something: a record that all partners see does change it."""
    assert differences(without, world([HIDDEN.format("partners")])).keys() >= {
        "upload",
        "page",
        "page with a file",
    }
