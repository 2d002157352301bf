"""What is not shown and yet counted: where, when, and what becomes of it when consent changes."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import psycopg
import pytest
from command_line import commons_here
from hidden_worlds import HiddenWorld, read_places, region_code

from builders import make_dataset, make_record, open_terms
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import find_dataset
from commons.research import cells, count_alternatives, digest, freeze_statistics, snapshots, statistics
from commons.vocabulary import Audience, DistrictLevel, Precision, Visibility

WITHHELD, PARTNERS, PUBLIC = Visibility.WITHHELD, Visibility.PARTNERS, Visibility.PUBLIC
LEVELS = (DistrictLevel.SECTOR, DistrictLevel.NEIGHBOURHOOD, DistrictLevel.COMMUNE, DistrictLevel.REGION)
NOWHERE = {}


class Stage(HiddenWorld):
    """A world on one spot, whose changes are committed as they are made."""

    def plant(self, number, **told):
        """Store so many entries, hidden and of one partner unless told otherwise; return their records."""
        usual = {"partner": 1, "category": "food", "place": self.places[0], "visibility": WITHHELD}
        entries = [self.entry(**{**usual, **told}) for _ in range(number)]
        self.add(entries)
        self.connection.commit()
        return [entry.record_id for entry in entries]

    def now(self, record_id, **told):
        self.change(record_id, **told)
        self.connection.commit()

    def gone(self, record_id):
        self.withdraw(record_id)
        self.connection.commit()

    def said(self, text, *values):
        self.connection.execute(text, values)
        self.connection.commit()


@pytest.fixture
def stage(database):
    with database.connect() as connection:
        world = Stage(connection, partners=4)
        world.places = read_places(connection)
        connection.commit()
        yield world


def test_what_is_changed_after_a_freeze_waits_for_the_commit_as_before(database):
    with database.connect(Role.INGEST) as connection:
        dataset = make_dataset(connection, "a-list", open_terms())
        connection.commit()
        freeze_statistics(connection, frozen_by="t")
        make_record(connection, dataset, name="Late")
        count = "SELECT count(*) FROM commons.released_alternative"
        assert connection.execute(count).fetchone() == (0,)
    assert database.rows(count)[0][0] > 0


def freeze(**told):
    with connect(Role.INGEST) as ingest:
        return freeze_statistics(ingest, frozen_by="t", **told)


def hidden(snapshot=None, category=None):
    """Return the districts and numbers of what is hidden, of a snapshot, by level; only where something is told."""
    rows = cells(snapshot)
    rows = rows[rows["hidden"].notna() & rows["code"].notna()]
    rows = rows[rows["category"].isna() if category is None else rows["category"] == category]
    return {(row.level, row.code): row.hidden for row in rows.itertuples()}


def of(place, number, *levels):
    """Return what `hidden` tells where so many are counted in the place's districts of these levels."""
    with connect(Role.RESEARCHER) as reader:
        region = region_code(reader)
    codes = {"region": region} | {
        level: getattr(place, level) for level in ("commune", "neighbourhood", "sector")
    }
    return {(level.value, codes[level.value]): number for level in levels}


@pytest.mark.parametrize(
    ("precision", "levels"),
    [
        (Precision.EXACT, LEVELS),
        (Precision.SECTOR, LEVELS),
        (Precision.NEIGHBOURHOOD, LEVELS[1:]),
        (Precision.COMMUNE, LEVELS[2:]),
        (Precision.WITHHELD, LEVELS[3:]),
    ],
)
def test_five_are_counted_where_their_place_may_be_known(stage, precision, levels):
    stage.plant(5, precision=precision)
    freeze()
    assert hidden() == hidden(category="food") == of(stage.places[0], 5, *levels)


@pytest.mark.parametrize("number", [1, 4])
def test_fewer_than_five_are_told_nowhere_and_leave_no_trace(stage, number):
    freeze()
    before = cells()
    stage.plant(number)
    frozen = freeze()
    assert cells().equals(before)
    assert (frozen.hidden, frozen.waiting) == ({}, number)


def test_what_is_told_is_a_multiple_of_five_and_the_rest_is_counted_further_up(stage):
    place, beside = stage.places[:2]
    assert place.neighbourhood == beside.neighbourhood
    stage.plant(8)
    stage.plant(2, place=beside)
    freeze()
    assert hidden() == of(place, 5, LEVELS[0]) | of(place, 10, *LEVELS[1:])


def test_several_categories_are_counted_together_where_each_has_too_few(stage):
    stage.plant(3)
    stage.plant(2, category="repair")
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)
    assert hidden(category="food") == hidden(category="repair") == NOWHERE


def test_no_record_is_counted_without_a_grant_for_statistics(stage):
    stage.plant(4)
    stage.plant(3, statistics=False)
    stage.plant(3, until=datetime(2021, 1, 1, tzinfo=UTC))
    freeze()
    assert hidden() == NOWHERE


def test_a_category_is_not_told_where_identity_may_not_be_counted(stage):
    for record in stage.plant(5):
        stage.said(
            "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by,"
            " evidence_kind, valid_from, valid_until)"
            " VALUES (1, %s, 'deny', 'researchers', '{identity}', '{statistics}', 't', 'form', now(), 'infinity')",
            record,
        )
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)
    assert hidden(category="food") == NOWHERE


def test_what_partners_see_is_not_mixed_with_what_they_do_not(stage):
    stage.plant(4, visibility=PARTNERS)
    stage.plant(4)
    freeze()
    assert hidden() == NOWHERE
    stage.plant(1, visibility=PARTNERS, partner=2)
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)


def test_what_partners_see_does_not_help_the_unseen_of_others_to_ten(stage):
    stage.plant(4, visibility=PARTNERS)
    stage.plant(3)
    stage.plant(3, partner=2)
    freeze()
    assert hidden() == NOWHERE


def test_partners_unseen_records_are_counted_apart_or_by_ten(stage):
    stage.plant(4)
    stage.plant(4, partner=2)
    freeze()
    assert hidden() == NOWHERE
    stage.plant(2, partner=3)
    freeze()
    assert hidden() == of(stage.places[0], 10, *LEVELS)


@pytest.mark.parametrize("theirs", [0, 1, 4])
def test_planting_records_until_a_number_appears_tells_nothing_of_what_others_hide(stage, theirs):
    """Published numbers are what they would be without the other partner's, whatever is planted or withdrawn."""
    stage.plant(theirs, partner=2)
    seen, planted = [], []
    for _ in range(6):
        planted += stage.plant(1)
        freeze()
        seen.append(hidden())
    for record in planted:
        stage.gone(record)
        freeze()
        seen.append(hidden())
    alone = [NOWHERE] * 4 + [of(stage.places[0], 5, *LEVELS)] * 2
    assert seen == alone + [NOWHERE] * 6


def test_an_alternative_counts_once_whatever_the_records(stage):
    for record in stage.plant(4):
        stage.plant(1, partner=2, alternative_id=stage.entries[record].alternative_id)
    freeze()
    assert hidden() == NOWHERE
    stage.plant(1)
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)


@pytest.mark.parametrize("counted", [True, False])
def test_what_is_shown_is_not_counted_among_the_hidden(stage, counted):
    for record in stage.plant(5):
        told = {"visibility": PUBLIC, "statistics": counted}
        stage.plant(1, partner=2, alternative_id=stage.entries[record].alternative_id, **told)
    freeze()
    assert hidden() == NOWHERE
    assert shown() == ({stage.places[0].sector: 5} if counted else {})


def test_a_record_that_grants_nothing_does_not_hold_two_things_together(stage):
    """Linked by nothing else they are two things; whoever looks at the sum must not learn of it."""
    one, *_ = stage.plant(4)
    alternative = stage.entries[one].alternative_id
    between = stage.plant(1, partner=2, statistics=False, alternative_id=alternative)[0]
    far = stage.plant(1, alternative_id=alternative)[0]
    stage.said(
        "UPDATE commons.match_decision SET retired_at = now() WHERE %s IN (left_record_id, right_record_id)"
        " AND NOT %s IN (left_record_id, right_record_id)",
        far,
        between,
    )
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)


def test_a_withdrawal_takes_the_whole_batch_from_every_snapshot_at_once(stage):
    records = stage.plant(5)
    stage.plant(5, place=stage.places[2])
    freeze()
    freeze()
    stage.gone(records[0])
    for snapshot in snapshots()["snapshot"]:
        assert hidden(snapshot) == of(stage.places[2], 5, LEVELS[0], LEVELS[1]) | of(
            stage.places[2], 5, *LEVELS
        )
    assert stage.connection.execute("SELECT count(*) FROM commons.statistic_count").fetchone() == (1,)


def test_those_left_behind_are_counted_again_only_beside_five_new_ones(stage):
    records = stage.plant(5)
    freeze()
    stage.gone(records[0])
    stage.plant(4)
    assert freeze().waiting == 8
    assert hidden() == NOWHERE
    stage.plant(1)
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)
    stage.plant(1)
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)


def test_a_batch_whose_members_all_grant_again_is_counted_again_from_then_on(stage):
    records = stage.plant(5)
    first = freeze().snapshot_id
    stage.now(records[0], statistics=False)
    assert hidden() == NOWHERE
    stage.now(records[0], statistics=True)
    assert hidden() == NOWHERE
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)
    assert hidden(first) == NOWHERE


def test_after_a_restore_nothing_that_is_there_is_taken_for_new(stage):
    stage.plant(5)
    freeze()
    stage.plant(5, category="repair")
    freeze(after_restore=True)
    assert hidden() == hidden(category="food") == of(stage.places[0], 5, *LEVELS)
    stage.plant(5, category="repair")
    freeze()
    assert hidden(category="repair") == of(stage.places[0], 10, *LEVELS)


def test_what_a_later_file_says_again_changes_nothing(stage):
    record = stage.plant(5)[0]
    freeze()
    stage.now(record, statistics=True, visibility=WITHHELD)
    assert hidden() == of(stage.places[0], 5, *LEVELS)


def test_a_batch_is_told_by_what_its_members_still_share(stage):
    record = stage.plant(5)[0]
    first = freeze().snapshot_id
    stage.now(record, category="repair")
    stage.now(record, place=stage.places[1])
    assert hidden() == hidden(category="food") == of(stage.places[0], 5, *LEVELS)
    freeze()
    assert hidden(first) == of(stage.places[0], 5, *LEVELS)
    assert hidden() == of(stage.places[0], 5, *LEVELS[1:])
    assert hidden(category="food") == NOWHERE


@pytest.mark.parametrize(
    ("precision", "levels"), [(Precision.NEIGHBOURHOOD, LEVELS[1:]), (Precision.COMMUNE, LEVELS[2:])]
)
def test_a_coarser_place_takes_effect_at_once(stage, precision, levels):
    record = stage.plant(5)[0]
    first = freeze().snapshot_id
    stage.now(record, precision=precision)
    assert hidden() == NOWHERE
    freeze()
    assert hidden() == of(stage.places[0], 5, *levels)
    assert hidden(first) == NOWHERE


@pytest.mark.parametrize("visibility", [PUBLIC, PARTNERS])
def test_what_is_seen_by_others_from_now_on_leaves_its_batch_with_the_next_snapshot(stage, visibility):
    record = stage.plant(5)[0]
    first = freeze().snapshot_id
    stage.now(record, visibility=visibility)
    assert hidden() == of(stage.places[0], 5, *LEVELS)
    freeze()
    assert hidden() == NOWHERE
    assert hidden(first) == of(stage.places[0], 5, *LEVELS)


def test_a_batch_ends_by_the_clock_with_every_job_stopped(stage):
    stage.plant(1, until=datetime.now(UTC) + timedelta(seconds=3))
    stage.plant(4)
    stage.plant(5, place=stage.places[2])
    both = hidden(freeze().snapshot_id)
    time.sleep(3.1)
    assert hidden() == of(stage.places[2], 5, *LEVELS) != both


def test_a_restriction_that_begins_by_the_clock_ends_a_batch(stage):
    record = stage.plant(5)[0]
    stage.said(
        "INSERT INTO commons.consent (dataset_id, record_id, effect, audience, field_groups, purposes, given_by,"
        " evidence_kind, valid_from, valid_until) VALUES (1, %s, 'deny', 'researchers', '{existence}', '{statistics}',"
        " 't', 'form', clock_timestamp() + interval '2 s', 'infinity')",
        record,
    )
    freeze()
    assert hidden() == of(stage.places[0], 5, *LEVELS)
    time.sleep(2.1)
    assert hidden() == NOWHERE


def test_a_withdrawal_that_races_a_snapshot_wins(stage, database):
    record = stage.plant(5)[0]
    with database.connect() as other:
        slow = Stage.__new__(Stage)
        slow.connection, slow.entries = other, dict(stage.entries)
        slow.withdraw(record)
        freeze()
        assert hidden() == of(stage.places[0], 5, *LEVELS)
    assert hidden() == NOWHERE


def test_a_snapshot_is_frozen_of_what_is_committed_when_it_has_the_lock(stage):
    with connect(Role.INGEST) as ingest:
        ingest.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.ActiveSqlTransaction):
            freeze_statistics(ingest, frozen_by="t")


def test_a_snapshot_waits_for_a_withdrawal_that_has_not_committed(stage):
    record = stage.plant(5)[0]
    stage.withdraw(record)
    stage.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        frozen = pool.submit(freeze)
        time.sleep(1)  # it waits, or has counted what is withdrawn
        stage.connection.commit()
        frozen.result(timeout=30)
    assert hidden() == NOWHERE


def shown(snapshot=None, level=DistrictLevel.SECTOR):
    rows = statistics(snapshot, level)
    return dict(rows.loc[rows["shown"] > 0, ["code", "shown"]].itertuples(index=False, name=None))


def test_what_is_shown_is_counted_exactly_and_stays_as_it_was_frozen(stage):
    place, beside = stage.places[:2]
    record, other = stage.plant(2, visibility=PUBLIC)
    first = freeze().snapshot_id
    stage.plant(1, visibility=PUBLIC)
    stage.now(record, place=beside)
    assert shown() == {place.sector: 2}
    freeze()
    assert shown() == {place.sector: 2, beside.sector: 1}
    assert shown(first) == {place.sector: 2}
    stage.now(other, precision=Precision.COMMUNE)
    assert shown(first) == {place.sector: 1}
    stage.gone(record)
    assert shown(first) == {}


def test_what_is_no_longer_shown_leaves_every_snapshot_though_it_may_still_be_counted(stage):
    record = stage.plant(1, visibility=PUBLIC)[0]
    first = freeze().snapshot_id
    stage.now(record, visibility=WITHHELD)
    assert shown(first) == {}


def test_a_finer_source_that_comes_later_takes_nothing_from_a_snapshot(stage):
    record = stage.plant(1, visibility=PUBLIC, precision=Precision.COMMUNE)[0]
    first = freeze().snapshot_id
    stage.plant(1, partner=2, visibility=PUBLIC, alternative_id=stage.entries[record].alternative_id)
    assert shown(first, DistrictLevel.COMMUNE) == {stage.places[0].commune: 1}
    freeze()
    assert shown() == {stage.places[0].sector: 1}


def test_what_is_shown_is_what_researchers_count_that_day(demo_database):
    frozen = freeze()
    for level, category in product(DistrictLevel, (None, "food")):
        told = statistics(level=level, category=category)
        counted = count_alternatives(Audience.RESEARCHERS, level, [frozen.frozen_on], category=category)
        assert told["shown"].tolist() == counted["alternatives"].tolist()
        assert told["code"].tolist()[:-1] == counted["code"].tolist()[:-1]
        assert told["population"].equals(counted["population"])
        assert told["total"].equals(told["shown"] + told["hidden"].fillna(0).astype("int64"))
        assert ((told["status"] == "protected") == told["hidden"].notna()).all()
        assert (told["hidden"].dropna() % 5 == 0).all()
        assert told["hidden"].dropna().gt(0).all()
        if category is None:
            assert told["hidden"].sum() == sum(frozen.hidden.values()) > 0


def test_a_snapshot_is_cited_by_a_digest_that_changes_when_something_is_withdrawn(stage):
    record = stage.plant(5)[0]
    frozen = freeze()
    assert digest(cells()) == frozen.sha256
    stage.plant(5)
    assert digest(cells()) == frozen.sha256
    stage.gone(record)
    assert digest(cells()) != frozen.sha256


def test_a_dry_run_tells_and_leaves_nothing(stage):
    stage.plant(7)
    tried = freeze(dry_run=True)
    assert (tried.snapshot_id, tried.hidden, tried.waiting) == (None, {DistrictLevel.SECTOR: 5}, 2)
    assert snapshots().empty
    assert freeze().sha256 == tried.sha256


def test_a_receipt_names_the_snapshots_that_held_the_record_and_no_other(stage):
    seen, unseen = stage.plant(1, visibility=PUBLIC)[0], stage.plant(5)[0]
    late = stage.plant(1, partner=2)[0]
    held = [freeze().snapshot_id, freeze().snapshot_id]

    def withdrawn(partner, record, **told):
        with connect(Role.INGEST) as ingest:
            dataset = find_dataset(ingest, f"d{partner}")
            key = None if record is None else f"k{record}"
            receipt = withdraw(ingest, dataset, record_key=key, withdrawn_by="x", **told)
        return [snapshot.number for snapshot in receipt.snapshots]

    for record in (seen, unseen):
        assert withdrawn(1, record, dry_run=True) == withdrawn(1, record) == held
    freeze()
    assert withdrawn(1, seen) == withdrawn(1, None) == held
    assert withdrawn(2, late) == withdrawn(2, None) == []
    _, printed = commons_here("consent", "withdraw", "d1", "--record", f"k{seen}", "--by", "x", "--dry-run")
    assert re.findall(r"\b(\d)\s+\(2\d{3}-", printed) == [str(number) for number in held]


def test_a_snapshot_that_is_not_there_is_said_so(stage):
    with pytest.raises(CommonsError) as nothing:
        statistics()
    assert nothing.value.key == "research.no_snapshot_yet"
    freeze()
    with pytest.raises(CommonsError) as other:
        statistics(99)
    assert other.value.key == "research.no_snapshot"


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE commons.statistic_snapshot SET k = 1",
        "DELETE FROM commons.statistic_snapshot",
        "UPDATE commons.statistic_batch SET size = 1",
        "DELETE FROM commons.statistic_member",
        "DELETE FROM commons.statistic_redacted",
        "TRUNCATE commons.statistic_count",
    ],
)
def test_what_was_frozen_stays(stage, attempt):
    record = stage.plant(5)[0]
    freeze()
    stage.gone(record)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.connection.execute(attempt)


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.PARTNER, Role.RESEARCHER])
@pytest.mark.parametrize(
    "table", ["statistic_member", "statistic_count", "statistic_batch", "statistic_redacted"]
)
def test_no_reader_sees_what_stands_behind(unchanged_database, role, table):
    with connect(role) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute(f"SELECT * FROM commons.{table}")


def test_a_researchers_plan_looks_at_nothing_but_what_may_be_read(stage):
    stage.gone(stage.plant(5)[0])
    record = stage.plant(5)[0]
    freeze()
    stage.gone(record)
    with connect(Role.RESEARCHER) as reader:
        plan = "\n".join(
            row[0] for row in reader.execute("EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM statistic")
        )
    assert set(re.findall(r"statistic_\w+", plan)) == {
        "statistic_snapshot",
        "statistic_count",
        "statistic_shown",
    }
    assert "Removed" not in plan


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.PARTNER])
def test_only_researchers_read_statistics_of_what_is_not_shown(unchanged_database, role):
    with connect(role) as reader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        reader.execute("SELECT * FROM released_research.statistic")
