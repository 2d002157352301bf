"""Lists that nobody agreed to, and lists that have gone: what is released is as if they had never been
(laboratory.md, checks 1, 4, 8, 10, 27).
"""

from types import SimpleNamespace

import pytest
from canaries import Commons, sign, upload
from entitled import LOGIN

from builders import make_dataset, make_record, names, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.release import released
from commons.release.upkeep import release_drift
from commons.vocabulary import Audience, Precision, Stance, UploadMode
from ingest.upload import commit_upload, prepare_upload

OBTAINED = """
SELECT 'alternative', a::text, ST_AsEWKT(a.geom) FROM alternative a
 UNION ALL SELECT 'participation', p::text, '' FROM participation p
 UNION ALL SELECT 'redirect', r::text, '' FROM redirect r
 ORDER BY 1, 2, 3
"""


def obtained(database):
    return {reader: database.rows(OBTAINED, role) for reader, role in LOGIN.items()}


@pytest.fixture
def plans(database):
    """The plans of a small commons, and a folder for its files."""
    with connect(Role.ADMIN) as connection:
        return Commons(
            connection,
            size=0.2,
            without=("unsigned", "over", "lapsed", "silent", "composed", "named", "leaving"),
        )


def test_a_thousand_records_without_consent_reach_nobody(database, plans, tmp_path):
    """Neither where nobody signed, nor where the agreement waits for records to say so and they do not."""
    unsigned = plans.plan("thousand", ".csv", 3500, None)
    asking = plans.plan("silent", ".geojson", 1500, {"stance": Stance.ASK}, flags=())
    for plan in (unsigned, asking):
        sign(plan, None)
        upload(plan, tmp_path / f"list{plan.ending}", plan.kept)
    assert database.rows("SELECT count(*) FROM commons.record_version")[0][0] >= 1000
    assert obtained(database) == {reader: [] for reader in LOGIN}
    for role in LOGIN.values():
        assert database.rows("SELECT * FROM tombstone", role) == []
    for audience in (Audience.PUBLIC, Audience.PARTNERS, Audience.RESEARCHERS):
        assert released(audience).alternatives().empty


NO_CONSENT = ["non", "Faux", "", "NA", "0", " nee ", "à vérifier", "FALSE", "null", "True?", "oui", "nan"]
"""As a visibility none of these is a yes: not even `oui`, which does not say to whom."""


def test_words_that_are_no_consent_release_nothing_and_the_unclear_are_told(database, tmp_path):
    with connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "words", open_terms())
        path = tmp_path / "list.csv"
        lines = [f"{n},Place {n},garden,4.36{n:02},50.84,{word}" for n, word in enumerate(NO_CONSENT)]
        path.write_text("\n".join(["id,name,category,lon,lat,visibility", *lines]), "utf-8")
        done = commit_upload(
            connection, dataset, prepare_upload(path), uploaded_by="someone", mode=UploadMode.FULL
        )
    assert done.stored.new == len(NO_CONSENT)
    assert obtained(database) == {reader: [] for reader in LOGIN}
    told = database.rows(
        "SELECT row_number FROM commons.notice WHERE code IN ('FLAG_EMPTY', 'FLAG_UNREADABLE', 'FLAG_SAYS_YES')"
    )
    understood = {NO_CONSENT.index(word) + 1 for word in ("non", "Faux", "0", " nee ", "FALSE")}
    assert {row[0] for row in told} == set(range(1, len(NO_CONSENT) + 1)) - understood


@pytest.mark.parametrize("words", [("withheld", "withheld"), ("withheld", "non"), ("non", "partners")])
def test_what_is_hidden_before_and_after_an_upload_is_not_released_within_it(database, tmp_path, words):
    """Old flags end before new ones are stored; of what lies between not even a tombstone is left."""
    with connect(Role.INGEST) as connection:
        make_dataset(connection, "again", open_terms())
    path = tmp_path / "list.csv"
    for name, word in zip(("Un", "Une"), words, strict=True):
        path.write_text(f"id,name,category,lon,lat,visibility\n1,{name},garden,4.36,50.84,{word}\n", "utf-8")
        with connect(Role.INGEST) as connection:
            dataset = find_dataset(connection, "again")
            commit_upload(connection, dataset, prepare_upload(path), uploaded_by=word, mode=UploadMode.FULL)
        assert database.rows("SELECT * FROM commons.tombstone") == []


def test_a_flag_said_twice_in_one_record_is_refused(tmp_path):
    path = tmp_path / "list.geojson"
    said_twice = '{"name": "A", "visibility": "withheld", "visibility": "public"}'
    feature = f'{{"type": "Feature", "properties": {said_twice}, "geometry": {{"type": "Point", "coordinates": [4.36, 50.84]}}}}'
    path.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}', "utf-8")
    with pytest.raises(CommonsError):
        prepare_upload(path)


def test_a_list_that_withdraws_leaves_the_release_as_if_it_had_never_come(database, plans, tmp_path):
    """Ids included: those of the others stay as they were, though records of the list had joined and outdone them."""
    *others, first = plans.plans
    for plan in others:
        sign(plan, None)
        upload(plan, tmp_path / f"{plan.slug}{plan.ending}", plan.kept)
    before = obtained(database)
    sign(first, None)
    upload(first, tmp_path / f"twins{first.ending}", first.kept)
    assert obtained(database) != before
    with connect(Role.INGEST) as connection:
        withdraw(connection, find_dataset(connection, first.slug), withdrawn_by="someone")
    assert obtained(database) == before
    with connect(Role.INGEST) as connection:
        assert release_drift(connection) == 0


def test_when_the_finer_source_leaves_the_coarser_one_is_shown_at_its_own_precision(database):
    with connect(Role.INGEST) as connection:
        fine = make_dataset(connection, "fine", open_terms())
        coarse = make_dataset(connection, "coarse", open_terms(precision=Precision.NEIGHBOURHOOD))
        exact = make_record(connection, fine, name="fine name", phone="+3225550001")
        make_record(
            connection,
            coarse,
            name="coarse name",
            description="coarse text",
            alternative_id=exact.alternative_id,
        )
    shown = released(Audience.PUBLIC).alternatives()
    assert [str(row.precision) for row in shown.itertuples()] == ["exact"]
    assert "coarse" not in shown.drop(columns="geometry").to_csv()
    with connect(Role.INGEST) as connection:
        withdraw(connection, fine, withdrawn_by="someone")
    shown = released(Audience.PUBLIC).alternatives()
    assert names(Audience.PUBLIC) == ["coarse name"]
    assert [str(row.precision) for row in shown.itertuples()] == ["neighbourhood"]
    assert "fine" not in shown.drop(columns="geometry").to_csv()


def test_the_commons_of_canaries_has_not_drifted_but_for_what_has_run_out(among_canaries):
    lapsed = SimpleNamespace(slug=next(plan.slug for plan in among_canaries.commons.plans if plan.lapsed))
    with connect(Role.ADMIN) as connection:
        found = connection.execute(
            "SELECT count(*) FROM commons.release_drift() d WHERE NOT EXISTS (SELECT FROM commons.membership m"
            " JOIN commons.source_record USING (record_id) JOIN commons.dataset USING (dataset_id)"
            " WHERE m.alternative_id = d.alternative_id AND slug = %s)",
            (lapsed.slug,),
        )
        assert found.fetchone() == (0,)
