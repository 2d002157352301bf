"""The account of an upload: the same counts and places in a trial, right after, and years later."""

from dataclasses import replace

import pytest

from builders import make_dataset, open_terms
from commons.consent.effects import Effect
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.i18n import translate
from commons.vocabulary import Language, UploadMode
from ingest.map.document import parse_mapping
from ingest.report.account import account_of
from ingest.report.fates import read_fates
from ingest.report.page import report_page
from ingest.report.sent import uploads_of
from ingest.report.words import place_texts, remarks
from ingest.store.undo import undo_upload
from ingest.upload import commit_with_account, prepare_upload


def drawn(account):
    """Return fate, name and row number of every mark."""
    marks = account.fates.marks[["fate", "name", "row_number"]].astype(object)
    return sorted(tuple(row) for row in marks.where(marks.notna(), None).to_numpy())


def counted(account):
    counts = account.fates.counts
    return counts.groupby("fate")["records"].sum().to_dict()


def later(sender, upload_id):
    with connect(Role.INGEST) as connection:
        return account_of(connection, sender.dataset, upload_id)


def test_each_record_has_one_fate_and_each_located_one_a_mark(sender):
    sender.send(sender.first)
    done, account = sender.send(sender.second)
    stored = done.stored
    assert counted(account) == {"new": 1, "changed": 1, "unchanged": 1, "gone": 1}
    assert (stored.new, stored.changed, stored.unchanged, stored.gone) == (1, 1, 1, 1)
    sent = account.sent
    assert (sent.new, sent.changed, sent.unchanged, sent.gone) == (1, 1, 1, 1)
    assert (sent.rows_in, sent.rows_stored, sent.rows_set_aside) == (5, 3, 2)
    assert drawn(account) == [("changed", "Deux bis", 2), ("gone", "Trois", None), ("unchanged", "Un", None)]
    assert account.fates.located == 3


@pytest.mark.parametrize("language", Language)
def test_an_upload_of_flags_alone_does_not_say_that_no_record_has_a_position(sender, language):
    header = "id,nom,latitude,longitude,visibilité"
    sender.send(["1,Un,50.84,4.36,public", "2,Deux,50.85,4.37,public"], header=header)
    _, account = sender.send(
        ["1,Un,50.84,4.36,retenu", "2,Deux,50.85,4.37,retenu"], header=header, mode=UploadMode.PARTIAL
    )
    assert account.sent.unchanged == 2
    texts = place_texts(account, language)
    assert texts == [translate("report.no_record", language)]
    assert translate("report.no_place", language) not in report_page(account, "", language)


def test_a_remark_on_the_whole_file_names_no_rows(sender):
    _, account = sender.send(["1,Un,50.84,4.36,a@b.be,x"], header="id,nom,latitude,longitude,contact,xyzzy")
    places = [
        place
        for _, codes in remarks(account.notices, Language.FR)
        for code in codes
        for place in code["where"]
    ]
    assert "xyzzy" in places
    assert not [place for place in places if "0" in place]


def test_a_trial_tells_what_the_upload_will_and_stores_nothing(sender):
    sender.send(sender.first)
    trial = sender.preview(sender.second)
    assert sender.database.rows("SELECT count(*) FROM commons.upload") == [(1,)]
    _, account = sender.send(sender.second)
    assert trial.account.is_trial
    assert not account.is_trial
    assert drawn(trial.account) == drawn(account)
    assert counted(trial.account) == counted(account)
    assert trial.account.notices.astype(str).equals(account.notices.astype(str))
    assert trial.effects == account.effects


def test_readers_effects_are_those_of_before_and_after_the_commit(sender):
    _, first = sender.send(sender.first)
    _, second = sender.send(sender.second)
    assert Effect("public", None, vanished=0, appeared=3, changed=0) in first.effects
    assert Effect("public", None, vanished=1, appeared=0, changed=1) in second.effects


def test_an_old_upload_tells_all_but_what_only_it_knew(sender):
    sender.send(sender.first)
    _, second = sender.send(sender.second)
    sender.send([*sender.first, *sender.second[2:3]])
    old = later(sender, second.sent.upload_id)
    assert replace(old.sent, is_latest=True) == second.sent
    assert old.notices.astype(str).equals(second.notices.astype(str))
    assert counted(old) == {"new": 1, "changed": 1, "gone": 1}
    assert (old.effects, old.standing["records"]) == (None, 4)
    uses = {use.field: (use.column, use.reason) for use in old.columns}
    assert uses["name"] == ("nom", "told")


def test_a_guessed_column_is_told_to_be_a_guess_years_later(sender):
    _, account = sender.send(["Un,50.84,4.36,a@b.be"], header="nom,latitude,longitude,Kolom X")
    assert ("Kolom X", "values") in {(use.column, use.reason) for use in account.columns}
    old = later(sender, account.sent.upload_id)
    assert ("Kolom X", "guessed") in {(use.column, use.reason) for use in old.columns}


def test_of_a_partial_list_nothing_is_told_to_be_unchanged_that_it_did_not_have(sender):
    sender.send(sender.first)
    _, account = sender.send(["1,Un,50.84,4.36,", "4,Quatre,50.84,4.36,"], mode=UploadMode.PARTIAL)
    assert counted(account) == {"new": 1}
    assert (account.sent.unchanged, account.sent.gone) == (1, 0)


def test_a_record_that_an_undoing_took_away_is_new_when_it_comes_again(sender):
    _, first = sender.send(sender.first)
    with connect(Role.INGEST) as connection:
        undo_upload(connection, sender.dataset, first.sent.upload_id, undone_by="t")
    undone, again = later(sender, first.sent.upload_id), sender.send(sender.first)[1]
    assert (counted(again), again.sent.new) == ({"new": 3}, 3)
    assert counted(undone) == {"new": 3}
    assert undone.sent.undone_at is not None
    with connect(Role.INGEST) as connection:
        assert [sent.is_latest for sent in uploads_of(connection, sender.dataset)] == [True, False]


def test_the_same_file_again_is_told_by_its_first_account(sender):
    _, first = sender.send(sender.first)
    done, again = sender.send(sender.first)
    assert done.stored.is_repeat
    assert again.sent == first.sent
    assert {(effect.appeared, effect.vanished, effect.changed) for effect in again.effects} == {(0, 0, 0)}
    assert not sender.preview(sender.first).account.is_trial


def test_of_many_records_the_cells_of_a_grid_are_counted_and_none_is_lost(sender):
    rows = [f"{n},N{n},{50.82 + n % 17 / 300:.4f},{4.31 + n // 17 / 300:.4f}," for n in range(200)]
    sender.send(rows[:150])
    _, account = sender.send(rows[50:])
    with connect(Role.INGEST) as connection:
        few = read_fates(connection, sender.dataset, account.sent.upload_id, most_marks=100)
    assert (account.fates.in_cells, few.in_cells) == (False, True)
    assert len(few.marks) < 150
    by_fate = few.marks.groupby("fate")["records"].sum().to_dict()
    assert by_fate == counted(account) == {"new": 50, "unchanged": 100, "gone": 50}
    assert few.marks["name"].isna().all()


def test_communes_are_counted_by_fate_and_what_lies_in_none_is_left_out(sender):
    _, account = sender.send(sender.first)
    table = account.fates.by_commune
    assert table["new"].sum() == 3
    assert table["name_fr"].notna().all()


def test_another_datasets_upload_is_none_of_ours(sender):
    _, account = sender.send(sender.first)
    with connect(Role.INGEST) as connection:
        other = make_dataset(connection, "other", open_terms())
        with pytest.raises(CommonsError) as refused:
            account_of(connection, other, account.sent.upload_id)
    assert refused.value.key == "upload.unknown"


def test_what_is_the_same_in_every_row_is_told_among_the_columns_at_once_and_later(sender, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("nom,x\nUn,1\n", "utf-8")
    said = parse_mapping(
        b'[columns]\nnom = "name"\n[constants]\nvisibility = "partners"\ncategory = "other"\n'
    )
    with connect(Role.INGEST) as outside, connect(Role.INGEST) as connection:
        prepared = prepare_upload(file, "list.csv", chosen=said)
        done, account = commit_with_account(
            connection, outside, sender.dataset, prepared, uploaded_by="t", mode=UploadMode.FULL
        )
    told = {("category", "other"), ("visibility", "partners")}
    assert {(use.field, use.column) for use in account.columns if use.reason == "constant"} == told
    afterwards = later(sender, done.stored.upload_id)
    assert {(use.field, use.column) for use in afterwards.columns if use.reason == "constant"} == told
    assert "“partners”, in every row" in report_page(afterwards, "", Language.EN)
    assert "« partners », dans chaque ligne" in report_page(account, "", Language.FR)
