"""Deciding: whose queue it is in, what accepting does and does not do, how it is undone, and what remains of it."""

import pandas as pd
import pytest
from proposing import addition, error, public_id_of, stored

from builders import make_dataset, make_record, names, open_terms
from commons.consent.erase import erase
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_dataset, find_partner
from commons.proposals.queue import Decider, accept_error, corrections, find_proposal, proposals, refuse
from commons.proposals.send import send
from commons.release.upkeep import release_drift
from commons.vocabulary import Audience, ProposedField, Stance, UploadMode
from ingest.map.document import read_mapping
from ingest.map.saved import latest_mapping, save_mapping
from ingest.proposed import accept_addition
from ingest.store.undo import undo_upload
from ingest.upload import commit_upload, prepare_upload

WHO = "A. Voisin"
EDITS = "SELECT r::text FROM commons.released_alternative r ORDER BY 1"


@pytest.fixture
def lists(database):
    """Two partners: one alternative that both tell of, one of the first alone; the second's list asks for consent."""
    with database.connect() as connection:
        ours = make_dataset(connection, "ours", open_terms())
        theirs = make_dataset(connection, "theirs", open_terms())
        asking = make_dataset(connection, "asking", open_terms(stance=Stance.ASK))
        both = make_record(connection, ours, key="one", name="Both", website="https://a.example", flags={})
        make_record(connection, theirs, key="two", name="Both", alternative_id=both.alternative_id, flags={})
        alone = make_record(connection, ours, key="three", name="Alone", flags={})
        partners = {
            name: find_partner(connection, f"partner-of-{name}") for name in ("ours", "theirs", "asking")
        }
    return {
        "ours": ours,
        "theirs": theirs,
        "asking": asking,
        "both": both,
        "alone": alone,
        "partners": partners,
    }


def decided(work):
    with connect(Role.INGEST) as connection:
        return work(connection)


def refusal(work):
    with connect(Role.INGEST) as connection, pytest.raises(CommonsError) as told:
        work(connection)
    return told.value.key


def test_an_error_is_in_the_queues_of_those_who_supply_it_and_in_no_other(database, lists):
    shared = send(error(public_id_of(database, lists["both"])))
    single = send(error(public_id_of(database, lists["alone"])))
    new = send(addition())
    for name, expected in (("ours", {shared, single, new}), ("theirs", {shared, new}), ("asking", {new})):
        partner = lists["partners"][name]
        assert {each.reference for each in decided(lambda c, p=partner: proposals(c, p))} == expected
        for hidden in {shared, single} - expected:
            for work in (
                lambda c, p=partner, h=hidden: find_proposal(c, h, p),
                lambda c, p=partner, h=hidden: refuse(c, h, Decider(WHO, partner=p)),
                lambda c, p=partner, h=hidden: accept_error(c, h, Decider(WHO, partner=p)),
            ):
                assert (
                    refusal(work)
                    == refusal(lambda c, p=partner: find_proposal(c, "00000-00000", p))
                    == "proposal.unknown"
                )


def test_accepting_an_error_changes_nothing_shown_and_gives_each_keeper_its_correction(database, lists):
    reference = send(error(public_id_of(database, lists["both"]), field=ProposedField.WEBSITE, told="https://b.example",
                           contact="zq@example.org"))  # fmt: skip
    before = database.rows(EDITS)
    own = decided(lambda c: accept_error(c, reference, Decider(WHO, "seen", lists["partners"]["theirs"])))
    assert list(own["partner_key"]) == ["two"]
    assert database.rows(EDITS) == before
    rows = decided(lambda c: corrections(c, partner=lists["partners"]["ours"]))
    assert rows[["dataset", "partner_key", "field", "present", "told"]].to_numpy().tolist() == [
        ["ours", "one", "website", "https://a.example", "https://b.example"]
    ]
    assert decided(proposals) == []
    ((contact, who, note),) = database.rows("SELECT contact, decided_by, note FROM commons.proposal")
    assert (contact, who, note) == (None, WHO, "seen")
    ((action, actor, detail),) = database.rows(
        "SELECT action, actor, detail::text FROM commons.audit_event WHERE object_kind = 'proposal'"
    )
    assert (action, actor) == ("proposal accepted", WHO)
    assert "partner-of-theirs" in detail
    assert "b.example" not in detail + str(database.rows("SELECT e::text FROM commons.audit_event e"))


def test_a_correction_is_made_when_its_keeper_sends_the_record_otherwise(database, lists, tmp_path):
    file = tmp_path / "list.csv"

    def upload(*names_sent):
        rows = [f"key-{number},{name},50.84,4.36" for number, name in enumerate(names_sent)]
        file.write_text("\n".join(["id,name,lat,lon", *rows]))
        decided(
            lambda c: commit_upload(
                c, lists["ours"], prepare_upload(file), uploaded_by="t", mode=UploadMode.PARTIAL
            )
        )

    upload("Alone too")
    ((public_id,),) = database.rows(
        "SELECT public_id FROM released_public.alternative WHERE name = 'Alone too'"
    )
    reference = send(error(public_id, told="Together"))
    decided(lambda c: accept_error(c, reference, Decider(WHO)))
    assert list(decided(corrections)["partner_key"]) == ["key-0"]
    upload("Alone too", "Another")
    assert list(decided(corrections)["partner_key"]) == ["key-0"]
    upload("Together", "Another")
    assert decided(corrections).empty


def test_an_addition_becomes_a_record_by_the_way_of_every_upload_and_is_undone_like_one(database, lists):
    reference = send(addition(name="Un potager", address=None, lon=4.35, lat=50.85, category="garden",
                              website="potager.example", description="Des légumes"))  # fmt: skip
    before = database.rows(EDITS)
    assert "Un potager" not in names(Audience.PUBLIC)
    done = decided(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO)))
    assert (done.new, done.changed, done.gone) == (1, 0, 0)
    assert "Un potager" in names(Audience.PUBLIC)
    assert decided(release_drift) == 0
    ((key, description, category),) = database.rows(
        "SELECT partner_key, description_fr, category FROM commons.record_version JOIN commons.source_record USING (record_id)"
        f" WHERE upload_id = {done.upload_id}"
    )
    assert (key, description, category) == (f"proposal-{reference}", "Des légumes", "garden")
    decided(lambda c: undo_upload(c, lists["ours"], done.upload_id, undone_by=WHO))
    assert names(Audience.PUBLIC) == ["Alone", "Both"]
    assert len(database.rows(EDITS)) == len(before)


def test_a_list_that_asks_shows_nothing_of_an_addition(database, lists):
    reference = send(addition(name="Un potager", lon=4.35, lat=50.85))
    decided(lambda c: accept_addition(c, reference, lists["asking"], Decider(WHO)))
    for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS):
        assert "Un potager" not in names(audience)


def test_a_saved_mapping_of_the_list_is_neither_used_nor_changed(database, lists):
    document = read_mapping({"columns": {"Wie dan": "name", "x": "lon", "y": "lat"}})
    decided(lambda c: save_mapping(c, lists["ours"], document, saved_by="t"))
    before = decided(lambda c: latest_mapping(c, lists["ours"]))
    reference = send(addition(name="Un potager", lon=4.35, lat=50.85))
    decided(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO)))
    assert decided(lambda c: latest_mapping(c, lists["ours"])) == before
    assert "Un potager" in names(Audience.PUBLIC)


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "Chez <Léa> & co, a < b", "'; DROP TABLE x; --", 'a;"b",c', "N/A really"],
)
def test_whatever_it_is_called_it_is_stored_as_that(database, lists, name):
    reference = send(addition(name=name, lon=4.35, lat=50.85))
    decided(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO)))
    assert name in names(Audience.PUBLIC)


@pytest.mark.parametrize(
    "name",
    ["Un <b>potager</b>", "<p>Un potager</p>", "Un potager<script>alert(1)</script>", "Un&nbsp;potager"],
)
def test_of_a_name_with_markup_the_words_are_stored(database, lists, name):
    reference = send(addition(name=name, lon=4.35, lat=50.85))
    decided(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO)))
    assert "Un potager" in names(Audience.PUBLIC)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "<b></b>", '<img src="x" onerror="alert(1)">'])
def test_a_name_of_markup_alone_is_none_and_not_accepted(database, lists, name):
    reference = send(addition(name=name, lon=4.35, lat=50.85))
    assert (
        refusal(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO))) == "proposal.set_aside"
    )
    assert [each.reference for each in decided(proposals)] == [reference]


def test_what_the_checks_set_aside_is_not_accepted(database, lists):
    reference = send(addition(name="Ailleurs", lon=4.0, lat=51.0))
    assert (
        refusal(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO))) == "proposal.set_aside"
    )
    assert [each.reference for each in decided(proposals)] == [reference]
    assert database.rows("SELECT count(*) FROM commons.upload WHERE file_name LIKE 'proposal%'") == [(0,)]


def test_what_was_erased_does_not_come_back_by_a_proposal(database, lists):
    reference = send(addition(name="Un potager", lon=4.35, lat=50.85))
    decided(lambda c: accept_addition(c, reference, lists["ours"], Decider(WHO)))
    again = send(addition(name="Un potager ", lon=4.35, lat=50.85))
    decided(lambda c: erase(c, lists["ours"], record_key=f"proposal-{reference}", erased_by="An officer"))
    assert stored(database) == 0
    once_more = send(addition(name="Un potager", lon=4.35, lat=50.85))
    assert again != once_more
    assert (
        refusal(lambda c: accept_addition(c, once_more, lists["ours"], Decider(WHO))) == "proposal.set_aside"
    )


def test_it_is_decided_once_by_somebody_and_by_the_right_command(database, lists):
    new, wrong = send(addition(lon=4.35, lat=50.85)), send(error(public_id_of(database, lists["alone"])))
    assert refusal(lambda c: accept_error(c, new, Decider(WHO))) == "proposal.no_dataset"
    assert (
        refusal(lambda c: accept_addition(c, wrong, lists["ours"], Decider(WHO))) == "proposal.not_addition"
    )
    assert refusal(lambda c: refuse(c, new, Decider(" . "))) == "consent.no_name"
    assert refusal(lambda c: refuse(c, new, Decider(WHO, "x" * 501))) == "proposal.long_note"
    stranger = Decider(WHO, partner=lists["partners"]["theirs"])
    assert refusal(lambda c: accept_addition(c, new, lists["ours"], stranger)) == "dataset.unknown"
    decided(lambda c: refuse(c, new.lower(), Decider(WHO)))
    for again in (
        lambda c: refuse(c, new, Decider(WHO)),
        lambda c: accept_addition(c, new, find_dataset(c, "ours"), Decider(WHO)),
    ):
        assert refusal(again) == "proposal.decided"
    assert "Un potager" not in names(Audience.PUBLIC)


def test_what_its_kept_values_say_is_a_table_even_when_there_is_none(unchanged_database):
    with connect(Role.INGEST) as connection:
        assert isinstance(corrections(connection), pd.DataFrame)
