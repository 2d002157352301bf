"""Few records beside many: the database finds the very pairs that are candidates where everything is looked at."""

import numpy as np
import pandas as pd
import pytest
from linkage_world import make_world

from commons.database.connection import Role
from ingest.link import candidates, stored
from ingest.link.beside import found_pairs
from ingest.link.candidates import Asked, candidate_pairs
from ingest.link.places import shipped_linker

RECORDS = 1_500
CROWD, CROWDED_CELL = 6, 40


@pytest.fixture(scope="module")
def records():
    """Return an invented town, ten times as thick as it is: some without a place or a name, several names, two crowds."""
    rng = np.random.default_rng(3)
    found = make_world(RECORDS, dense=True).records.reset_index(drop=True).assign(expires_at=pd.NaT)
    found.loc[rng.random(len(found)) < 0.1, ["x", "y"]] = np.nan
    found.loc[rng.random(len(found)) < 0.03, "name"] = ""
    found["name_nl"] = np.where(
        rng.random(len(found)) < 0.2, found["name"].sample(frac=1, random_state=1), ""
    )
    found["uncertainty_m"] = np.where(rng.random(len(found)) < 0.1, 400.0, 0.0)
    crowd = rng.choice(len(found), 3 * CROWD, replace=False)
    found.loc[crowd, ["x", "y"]] = [140_800.0, 160_000.4]  # one spot, where four cells meet
    found.loc[crowd[::2], "phone"] = "+32 2 000 00 00"
    return found


@pytest.mark.parametrize("few", [1, 40, 300])
@pytest.mark.parametrize("across", [False, True])
def test_the_database_finds_the_same_candidates(database, monkeypatch, records, few, across):
    for module in (candidates, stored):
        monkeypatch.setattr(module, "CROWD", CROWD)
        monkeypatch.setattr(module, "CROWDED_CELL", CROWDED_CELL)
    linker = shipped_linker(across=across)
    changed = records.sample(few, random_state=few)
    with database.connect(Role.INGEST) as connection:
        stored.store_keys(connection, linker, np.zeros(0, dtype="int64"), records)
        found = stored.found_beside(connection, linker, changed)
    prepared = linker.prepared(records)
    asked = Asked(across, np.isin(prepared.record_id, changed["record_id"]))
    wanted = pairs_of(candidate_pairs(prepared, asked))
    assert pairs_of([found_pairs(prepared, found, Asked(across))]) == wanted
    assert candidates.is_crowded(prepared).sum() > 3 * CROWD, "spots and cells"
    some = records[records["record_id"].isin(np.unique(found[["left_record_id", "right_record_id"]]))]
    alone = linker.prepared(some)
    ids = alone.record_id
    of_these = {
        (ids[left], ids[right]) for left, right in pairs_of([found_pairs(alone, found, Asked(across))])
    }
    assert of_these == {(prepared.record_id[left], prepared.record_id[right]) for left, right in wanted}
    if few == 300 and not across:
        assert len(wanted) > 500
        assert len(found) < 3 * len(wanted), "little is looked at in vain"


def pairs_of(parts):
    return {pair for left, right in parts for pair in zip(left.tolist(), right.tolist(), strict=True)}


def test_what_may_no_longer_be_compared_is_found_no_longer(database, records):
    linker, some = shipped_linker(), records.head(50)
    with database.connect(Role.INGEST) as connection:
        stored.store_keys(connection, linker, np.zeros(0, dtype="int64"), some)
        stored.store_keys(connection, linker, some["record_id"].to_numpy(), some.head(0))
        for table in ("record_key", "linked_place", "linked_record"):
            assert connection.execute(f"SELECT count(*) FROM commons.{table}").fetchone() == (0,)
