"""A dataset fed from an address, on a real database: only what changed is touched, and nothing vanishes or opens by itself."""

import json
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from stand_in import answer, fetcher_for, send

from builders import make_dataset, names, open_terms
from commons.calendar import today
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.vocabulary import Audience, SourceKind, SourceState, Stance, UploadMode
from ingest.remote.refresh import Outcome, refresh
from ingest.remote.source import (
    TRIES_UNTIL_GONE,
    accept_shrink,
    add_source,
    all_sources,
    find_source,
    remove_source,
)
from ingest.store.undo import undo_upload
from ingest.upload import commit_upload, prepare_upload

DRIFT = "SELECT * FROM commons.release_drift()"
EVERYTHING = (
    "SELECT (SELECT count(*) FROM commons.record_version), (SELECT count(*) FROM commons.upload),"
    " (SELECT count(*) FROM commons.consent), (SELECT count(*) FROM commons.source_record WHERE gone_at IS NULL)"
)


def item(number, name=None, **values):
    place = {"type": "Point", "coordinates": [4.35 + number / 100, 50.84]}
    told = {"id": str(number), "name": name or f"Lieu {number}", "category": "garden", **values}
    return {"type": "Feature", "geometry": place, "properties": told}


def serve(server, *items, **headers):
    content = json.dumps({"type": "FeatureCollection", "features": list(items)}).encode()
    server.routes["/list"] = answer(content, **headers)


def fed(server, terms=None, kind=SourceKind.URL, path="/list"):
    """Return a dataset whose source is the stand-in."""
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, terms=terms or open_terms())
        add_source(connection, dataset, kind, server.at(path), added_by="A. Voisin")
    return dataset


def refreshed(dataset, *servers):
    return refresh(dataset, lambda: fetcher_for(*servers))


def state_of(dataset):
    with connect(Role.INGEST) as connection:
        return find_source(connection, dataset)


def public():
    return names(Audience.PUBLIC)


def test_only_what_changed_is_touched_and_the_same_list_changes_nothing(database, server):
    dataset = fed(server)
    serve(server, *(item(n) for n in range(4)))
    first = refreshed(dataset, server)
    assert (first.outcome, first.stored.new) == (Outcome.TAKEN, 4)
    before = database.rows(EVERYTHING)
    assert refreshed(dataset, server).outcome is Outcome.UNCHANGED
    assert database.rows(EVERYTHING) == before
    serve(server, item(0), item(1), item(2, "Autre"), item(4))
    done = refreshed(dataset, server).stored
    assert (done.new, done.changed, done.unchanged, done.gone) == (1, 1, 2, 1)
    assert public() == ["Autre", "Lieu 0", "Lieu 1", "Lieu 4"]
    assert (state_of(dataset).state, state_of(dataset).failures) == (SourceState.OK, 0)
    assert database.rows(DRIFT) == []


def test_a_server_that_says_that_nothing_changed_is_believed_only_while_its_list_is_what_the_dataset_holds(
    database, server, tmp_path
):
    content = json.dumps({"type": "FeatureCollection", "features": [item(1), item(2)]}).encode()

    def route(handler, query):
        if handler.headers.get("If-None-Match") == '"1"':
            return send(handler, b"", 304)
        return send(handler, content, headers={"ETag": '"1"'})

    server.routes["/list"] = route
    dataset = fed(server)
    refreshed(dataset, server)
    assert refreshed(dataset, server).outcome is Outcome.UNCHANGED
    assert server.headers[-1]["If-None-Match"] == '"1"'
    by_hand = tmp_path / "l.geojson"
    by_hand.write_text(json.dumps({"type": "FeatureCollection", "features": [item(3)]}), "utf-8")
    with connect(Role.INGEST) as connection:
        commit_upload(connection, dataset, prepare_upload(by_hand), uploaded_by="t", mode=UploadMode.PARTIAL)
    assert refreshed(dataset, server).outcome is Outcome.TAKEN
    assert "If-None-Match" not in server.headers[-1]
    assert public() == ["Lieu 1", "Lieu 2"]


@pytest.mark.parametrize(
    "left", [[], [1, 2], [11, 12, 13, 14, 15, 16]], ids=["empty", "two of six", "under other ids"]
)
def test_a_list_that_lost_too_much_is_kept_out_until_a_person_accepts_it(database, server, left):
    dataset = fed(server)
    serve(server, *(item(n) for n in range(6)))
    refreshed(dataset, server)
    before = database.rows(EVERYTHING)
    serve(
        server,
        *(
            item(n % 10) | {"properties": item(n % 10)["properties"] | {"id": f"n{n}" if n > 10 else str(n)}}
            for n in left
        ),
    )
    for _ in range(2):
        refused = refreshed(dataset, server)
        assert (refused.outcome, refused.state, refused.is_well) == (
            Outcome.REFUSED,
            SourceState.SHRUNK,
            False,
        )
    assert database.rows(EVERYTHING) == before
    assert state_of(dataset).problem.key == ("remote.shrunk" if left else "remote.empty")
    with connect(Role.INGEST) as connection:
        source = find_source(connection, dataset)
        if not left:
            with pytest.raises(CommonsError):
                accept_shrink(connection, source, accepted_by="B. Buren")
            return
        accept_shrink(connection, source, accepted_by="B. Buren")
    taken = refreshed(dataset, server)
    assert (taken.outcome, taken.stored.gone) == (Outcome.TAKEN, 4 if left == [1, 2] else 6)
    assert state_of(dataset).accepted_lost is None


def test_what_a_person_accepted_is_no_leave_to_lose_more(database, server):
    dataset = fed(server)
    serve(server, *(item(n) for n in range(8)))
    refreshed(dataset, server)
    serve(server, *(item(n) for n in range(4)))
    refreshed(dataset, server)
    with connect(Role.INGEST) as connection:
        assert accept_shrink(connection, find_source(connection, dataset), accepted_by="B. Buren") == 4
    serve(server, item(0))
    assert refreshed(dataset, server).outcome is Outcome.REFUSED
    assert state_of(dataset).accepted_lost is None
    assert len(public()) == 8


def test_a_third_may_end_at_once_and_no_more(database, server):
    dataset = fed(server)
    serve(server, *(item(n) for n in range(6)))
    refreshed(dataset, server)
    serve(server, *(item(n) for n in range(4)))
    assert refreshed(dataset, server).stored.gone == 2


@pytest.mark.parametrize(("lost", "outcome"), [(20, Outcome.TAKEN), (21, Outcome.REFUSED)])
def test_of_a_long_list_no_more_than_twenty_may_end_unasked(database, server, lost, outcome):
    places = [{"type": "Point", "coordinates": [4.35 + n / 2000, 50.84]} for n in range(90)]
    items = [item(n) | {"geometry": place} for n, place in enumerate(places)]
    dataset = fed(server)
    serve(server, *items)
    refreshed(dataset, server)
    serve(server, *items[lost:])
    assert refreshed(dataset, server).outcome is outcome
    assert len(public()) == (70 if outcome is Outcome.TAKEN else 90)


def test_a_column_that_was_renamed_is_a_loss_too(database, server):
    dataset = fed(server)
    serve(server, *(item(n) for n in range(4)))
    refreshed(dataset, server)
    renamed = [item(n) for n in range(4)]
    for each in renamed:
        each["properties"]["qqq"] = each["properties"].pop("name") + " 12345 / 67"
    serve(server, *renamed)
    assert refreshed(dataset, server).outcome is Outcome.REFUSED
    assert len(public()) == 4


@pytest.mark.parametrize("status", [404, 410, 503])
def test_a_source_that_vanishes_is_flagged_and_its_records_stay(database, server, status):
    dataset = fed(server)
    serve(server, item(1), item(2))
    refreshed(dataset, server)
    before = database.rows(EVERYTHING)
    server.routes["/list"] = answer(b"", status)
    states = [refreshed(dataset, server).state for _ in range(TRIES_UNTIL_GONE)]
    last = SourceState.FAILING if status == 503 else SourceState.GONE
    assert states == [SourceState.FAILING] * (TRIES_UNTIL_GONE - 1) + [last]
    assert (state_of(dataset).failures, database.rows(EVERYTHING)) == (TRIES_UNTIL_GONE, before)
    assert public() == ["Lieu 1", "Lieu 2"]
    serve(server, item(1), item(2))
    assert refreshed(dataset, server).outcome is Outcome.UNCHANGED
    assert (state_of(dataset).state, state_of(dataset).failures, state_of(dataset).problem) == (
        SourceState.OK,
        0,
        None,
    )


def test_what_a_person_undid_a_schedule_does_not_do_again(database, server):
    dataset = fed(server)
    serve(server, item(1))
    refreshed(dataset, server)
    serve(server, item(1, "Mauvais"))
    bad = refreshed(dataset, server).stored.upload_id
    with connect(Role.INGEST) as connection:
        undo_upload(connection, dataset, bad, undone_by="B. Buren")
    again = refreshed(dataset, server)
    assert (again.outcome, again.is_well, public()) == (Outcome.UNDONE, True, ["Lieu 1"])
    serve(server, item(1, "Bon"))
    assert refreshed(dataset, server).outcome is Outcome.TAKEN
    assert public() == ["Bon"]


def test_two_refreshes_of_a_source_do_not_cross(database, server):
    arrived, go_on = threading.Event(), threading.Event()
    content = json.dumps({"type": "FeatureCollection", "features": [item(1)]}).encode()

    def wait(handler, query):
        arrived.set()
        go_on.wait(20)
        return content

    server.routes["/list"] = wait
    dataset = fed(server)
    outcomes = []
    first = threading.Thread(target=lambda: outcomes.append(refreshed(dataset, server).outcome))
    first.start()
    arrived.wait(20)
    assert refreshed(dataset, server).outcome is Outcome.BUSY
    go_on.set()
    first.join()
    assert outcomes == [Outcome.TAKEN]


def test_profiles_that_cannot_be_had_keep_their_records(database, server):
    def profile(name, n):
        place = {"lat": 50.84, "lon": 4.35 + n / 100}
        return {
            "linked_schemas": ["organizations_schema-v1.0.0"],
            "name": name,
            "geolocation": place,
            "tags": ["food"],
        }

    def nodes(*listed):
        data = [{"profile_url": f"{server.url}/{n}", "status": "posted"} for n in listed]
        server.routes["/v2/nodes"] = {
            "data": data,
            "meta": {"number_of_results": len(data), "total_pages": 1},
        }

    server.routes |= {f"/{n}": profile(f"Lieu {n}", n) for n in range(4)}
    nodes(0, 1, 2, 3)
    dataset = fed(server, kind=SourceKind.MURMURATIONS, path="/v2/nodes")
    assert refreshed(dataset, server).stored.new == 4
    server.routes["/3"] = answer(b"", 500)
    partial = refreshed(dataset, server)
    assert (partial.outcome, partial.unreachable, partial.stored.gone) == (Outcome.TAKEN, 1, 0)
    assert state_of(dataset).unreachable == 1
    assert len(public()) == 4
    nodes(0, 1, 2)  # the very features of the partial list, and now they are all there are
    whole = refreshed(dataset, server)
    assert (whole.outcome, whole.unreachable, whole.stored.gone) == (Outcome.TAKEN, 0, 1)
    assert public() == ["Lieu 0", "Lieu 1", "Lieu 2"]


def test_one_failing_source_does_not_stop_the_others_and_each_is_a_transaction_of_its_own(
    database, server, other
):
    serve(server, item(1))
    well, ill = fed(server), fed(other)
    other.routes["/list"] = b"%PDF-1.4"
    with connect(Role.INGEST) as connection:
        found = [source.dataset for source in all_sources(connection)]
    outcomes = {dataset.slug: refreshed(dataset, server, other).outcome for dataset in found}
    assert outcomes == {well.slug: Outcome.TAKEN, ill.slug: Outcome.FAILED}
    assert public() == ["Lieu 1"]


def test_a_dataset_has_one_source_and_a_removed_one_keeps_no_key(database, server):
    dataset = fed(server, path="/list?key=s3cr3t")
    with connect(Role.INGEST) as connection, pytest.raises(CommonsError):
        add_source(connection, dataset, SourceKind.URL, server.at("/other"), added_by="A. Voisin")
    with connect(Role.INGEST) as connection:
        remove_source(connection, find_source(connection, dataset), removed_by="A. Voisin")
    assert database.rows("SELECT address FROM commons.remote_source") == [(f"{server.url}/list?…",)]
    told = database.rows("SELECT string_agg(e::text, ' ') FROM commons.audit_event e")[0][0]
    assert "add source" in told
    assert server.url not in told
    with connect(Role.INGEST) as connection:
        assert all_sources(connection) == []
        add_source(connection, dataset, SourceKind.URL, server.at("/other"), added_by="A. Voisin")


def test_a_failure_tells_neither_the_key_nor_a_value(database, server):
    dataset = fed(server, path="/list?key=s3cr3t")
    server.routes["/list"] = answer(b"", 403)
    failure = refreshed(dataset, server).failure
    stored = database.rows("SELECT problem::text FROM commons.remote_source")[0][0]
    assert "403" in str(failure)
    assert "s3cr3t" not in str(failure) + stored + repr(state_of(dataset))


CLOSED = {"visibility": "withheld"}
OPEN = {
    "visibility": "public",
    "precision": "exact",
    "contact": "public",
    "statistics": "yes",
    "reuse": "yes",
}


def test_a_refresh_closes_at_once_and_opens_nothing_by_itself(database, server):
    dataset = fed(server)
    serve(server, item(0, **OPEN), item(1, **OPEN), item(2, **CLOSED), item(3, **CLOSED), item(4, **OPEN))
    refreshed(dataset, server)
    assert public() == ["Lieu 0", "Lieu 1", "Lieu 4"]
    serve(
        server,
        item(0, **CLOSED),
        item(1, **OPEN),
        item(2, **OPEN),
        item(3, "Autre nom", **CLOSED),
        item(4, **OPEN),
        item(5, **OPEN),
    )
    done = refreshed(dataset, server)
    assert (done.outcome, done.held_back) == (Outcome.TAKEN, 1)
    assert public() == ["Lieu 1", "Lieu 4", "Lieu 5"]
    serve(
        server,
        item(0, **CLOSED),
        item(1, **OPEN),
        item(2, "Encore", **OPEN),
        item(4, **OPEN),
        item(5, **OPEN),
    )
    assert refreshed(dataset, server).held_back == 1
    assert public() == ["Lieu 1", "Lieu 4", "Lieu 5"]
    assert database.rows(DRIFT) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({**OPEN, "precision": "commune"}, OPEN),
        ({**OPEN, "visibility": "partners"}, OPEN),
        ({"precision": "commune"}, {}),
        ({"precision": "commune"}, {"contact": "public"}),
        (CLOSED, {"contact": "public"}),
        (CLOSED, {}),
        ({**OPEN, "consent_on": "2026-01-01", "consent_until": "2026-03-01"}, {**OPEN, "consent_on": "2026-01-01", "consent_until": "2090-03-01"}),
        ({**OPEN, "licence": "CC-BY-4.0"}, {**OPEN, "licence": "CC0-1.0"}),
    ],
    ids=["finer", "to the public", "columns lost", "another column", "visibility lost", "all lost", "longer", "another licence"],
)  # fmt: skip
@pytest.mark.parametrize("stance", list(Stance))
@pytest.mark.parametrize("returns", [False, True], ids=["stays", "goes and comes back"])
def test_no_reader_gets_more_of_a_record_by_a_refresh(database, server, before, after, stance, returns):
    dataset = fed(server, open_terms(stance=stance))
    others = [item(n, **OPEN) for n in range(1, 4)]
    serve(server, item(0, **before), *others)
    refreshed(dataset, server)
    earlier = permitted(database)
    if returns:
        serve(server, *others)
        assert refreshed(dataset, server).stored.gone == 1
    serve(server, item(0, **after), *others)
    refreshed(dataset, server)
    later = permitted(database)
    for reader, (rights, precision, licence, until) in later.items():
        was = earlier.get(reader, (0, "exact", licence, until))
        assert rights & ~was[0] == 0, reader
        assert LADDER.index(precision) >= LADDER.index(was[1]), reader
        assert (licence, until <= was[3]) == (was[2], True), reader
    assert database.rows(DRIFT) == []


LADDER = ["exact", "sector", "neighbourhood", "commune", "withheld"]


def permitted(database):
    """Return what each reader may do with the first item for each purpose."""
    rows = database.rows(
        "SELECT purpose::text, p.audience::text, p.rights, p.precision::text, p.licence, p.expires_at"
        "  FROM unnest(enum_range(NULL::reference.purpose)) AS purpose,"
        "       commons.permissions(ARRAY(SELECT record_id FROM commons.source_record WHERE partner_key = '0'), purpose, now()) p"
        " WHERE p.rights <> 0"
    )
    return {row[:2]: row[2:] for row in rows}


def test_what_both_opens_and_closes_is_closed_until_a_person_says(database, server):
    dataset = fed(server)
    others = [item(n, **OPEN) for n in range(1, 4)]
    serve(server, item(0, **{**OPEN, "visibility": "partners", "precision": "exact"}), *others)
    refreshed(dataset, server)
    assert "Lieu 0" in names(Audience.PARTNERS)
    serve(server, item(0, **{**OPEN, "visibility": "public", "precision": "commune"}), *others)
    assert refreshed(dataset, server).held_back == 1
    assert "Lieu 0" not in public() + names(Audience.PARTNERS)


def test_a_category_that_is_no_longer_sensitive_does_not_tell_the_place(database, server):
    sensitive, plain = database.rows(
        "SELECT min(code) FILTER (WHERE sensitive), min(code) FILTER (WHERE NOT sensitive AND code <> 'other') FROM reference.category"
    )[0]
    dataset = fed(server)
    serve(server, item(0, category=sensitive), item(1), item(2))
    refreshed(dataset, server)
    precision = "SELECT precision::text FROM released_public.alternative WHERE name = 'Lieu 0'"
    hidden = database.rows(precision, Role.PUBLIC)
    serve(server, item(0, category=plain), item(1), item(2))
    assert refreshed(dataset, server).held_back == 1
    assert database.rows(precision, Role.PUBLIC) == hidden != [("exact",)]


def test_a_withdrawal_is_not_undone_by_the_next_refresh(database, server):
    dataset = fed(server)
    serve(server, item(0, **OPEN), item(1, **OPEN))
    refreshed(dataset, server)
    with connect(Role.INGEST) as connection:
        withdraw(connection, dataset, record_key="0", withdrawn_by="A. Voisin")
    serve(server, item(0, "Encore là", **OPEN), item(1, **OPEN))
    refreshed(dataset, server)
    assert public() == ["Lieu 1"]


def test_the_flags_of_a_feed_last_from_the_day_it_was_added_and_no_refresh_renews_them(database, server):
    dataset = fed(server)
    added = datetime.now(UTC) - timedelta(days=700)
    with database.connect() as connection:
        connection.execute("UPDATE commons.remote_source SET added_at = %s", (added,))
    serve(server, item(0, **OPEN), item(1, **OPEN))
    refreshed(dataset, server)
    serve(server, item(0, "Autre", **OPEN), item(1, **OPEN))
    refreshed(dataset, server)
    ends = database.rows("SELECT DISTINCT valid_until::date FROM commons.consent WHERE ended_at IS NULL")
    assert len(ends) == 1
    assert ends[0][0] < today() + timedelta(days=60)


def test_undoing_a_refresh_brings_back_what_held_before_it(database, server):
    dataset = fed(server)
    serve(server, item(0, **CLOSED), item(1, **OPEN), item(2, **OPEN))
    refreshed(dataset, server)
    before = permitted(database)
    serve(server, item(0, **OPEN), item(1, **CLOSED), item(2, **OPEN))
    done = refreshed(dataset, server)
    with connect(Role.INGEST) as connection:
        undo_upload(connection, dataset, done.stored.upload_id, undone_by="B. Buren")
    assert permitted(database) == before
    assert public() == ["Lieu 1", "Lieu 2"]
    assert database.rows(DRIFT) == []


def test_readers_have_no_right_on_sources(unchanged_database):
    for role in (Role.PUBLIC, Role.PARTNER, Role.RESEARCHER):
        with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT address FROM commons.remote_source")
