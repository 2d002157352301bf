"""Undoing the latest upload: records, flags and what readers see become what they were before it."""

from functools import partial

import pytest
from sending import confirmed

from builders import make_dataset, names, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release import released
from commons.vocabulary import Audience, Stance, UploadMode
from ingest.store.undo import preview_undo, undo_upload
from ingest.upload import commit_upload, prepare_upload, preview_upload

STATE = """
SELECT r.partner_key, r.gone_at IS NULL, v.name, v.website,
       (SELECT jsonb_agg(DISTINCT to_jsonb(c) - '{consent_id,given_at,cells}'::text[])
          FROM commons.consent c WHERE c.record_id = r.record_id AND c.ended_at IS NULL)
  FROM commons.source_record r
  LEFT JOIN commons.record_version v ON v.record_id = r.record_id AND v.superseded_at IS NULL
 WHERE r.gone_at IS NULL ORDER BY 1
"""
FIRST = [("1", "Un", "public"), ("2", "Deux", "partenaires"), ("3", "Trois", "public")]
SECOND = [("1", "Un bis", "public"), ("2", "Deux", "public"), ("4", "Quatre", "public")]
THIRD = [("1", "Un", "retenu"), ("3", "Trois", "public")]


@pytest.fixture
def send(database, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "list", open_terms(stance=Stance.ASK))

    def send_rows(rows):
        file = tmp_path / "list.csv"
        lines = [f"{key},{name},50.84,4.36,{flag},exact,public,oui,oui" for key, name, flag in rows]
        header = "id,nom,latitude,longitude,visibilité,précision,contact,statistiques,réutilisation"
        file.write_text("\n".join([header, *lines]), "utf-8")
        with connect(Role.INGEST) as connection:
            send = partial(commit_upload, connection, dataset, prepare_upload(file), uploaded_by="t")
            return confirmed(connection, send, mode=UploadMode.FULL).stored.upload_id

    send_rows.dataset, send_rows.file = dataset, tmp_path / "list.csv"
    return send_rows


def undo(send, upload_id):
    with connect(Role.INGEST) as connection:
        return undo_upload(connection, send.dataset, upload_id, undone_by="t")


def shown():
    columns = ["name", "licences", "precision"]
    return [
        released(a).alternatives()[columns].sort_values("name").to_numpy().tolist()
        for a in Audience
        if a != "partner"
    ]


def test_undone_one_by_one_each_upload_leaves_what_was_there_before_it(database, send):
    kept, sent = [], []
    for rows in (FIRST, SECOND, THIRD):
        kept.append((database.rows(STATE), shown()))
        sent.append(send(rows))
    for upload_id, before in zip(reversed(sent), reversed(kept), strict=True):
        undo(send, upload_id)
        assert (database.rows(STATE), shown()) == before
    assert database.rows("SELECT count(*) FROM commons.record_version") == [(7,)]
    assert database.rows("SELECT * FROM commons.release_drift()") == []


def test_a_trial_changes_nothing_and_tells_what_readers_would_see(database, send):
    send(FIRST)
    second = send(SECOND)
    before = (database.rows(STATE), shown())
    with connect(Role.INGEST) as connection:
        told = preview_undo(connection, send.dataset, second)
    assert (told.removed, told.restored) == (1, 1)
    public = next(effect for effect in told.effects if effect.audience == "public")
    assert (public.vanished, public.appeared) == (2, 1)
    assert (database.rows(STATE), shown()) == before


def test_only_the_latest_is_undone_and_only_once(send):
    first, second = send(FIRST), send(SECOND)
    for number in (first, 999):
        with pytest.raises(CommonsError) as refused:
            undo(send, number)
        assert refused.value.key == "undo.not_latest"
    undo(send, second)
    with pytest.raises(CommonsError):
        undo(send, second)
    assert send(SECOND) != second  # the same file again, after its undoing, is no repeat


def test_what_was_withdrawn_since_stays_withdrawn(database, send):
    send(FIRST)
    second = send(SECOND)
    with connect(Role.INGEST) as connection:
        withdraw(connection, send.dataset, record_key="1", withdrawn_by="x")
    undo(send, second)
    assert names(Audience.PUBLIC) == ["Trois"]


def test_a_preview_tells_what_would_change_and_stores_nothing(database, send):
    send(FIRST)
    before = (database.rows(STATE), shown(), database.rows("SELECT count(*) FROM commons.upload"))
    text = send.file.read_text("utf-8").replace("3,Trois,50.84,4.36,public", "4,Quatre,50.84,4.36,public")
    send.file.write_text(text, "utf-8")
    with connect(Role.INGEST) as connection:
        told = preview_upload(
            connection, send.dataset, prepare_upload(send.file), uploaded_by="t", mode=UploadMode.FULL
        )
    stored = told.committed.stored
    assert (stored.new, stored.changed, stored.unchanged, stored.gone) == (1, 0, 2, 1)
    public = next(effect for effect in told.effects if effect.audience == "public")
    assert (public.appeared, public.vanished) == (1, 1)
    assert (database.rows(STATE), shown(), database.rows("SELECT count(*) FROM commons.upload")) == before
