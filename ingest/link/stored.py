"""What linking keeps in the database: records as far as they may be compared, the keys of each, and the model."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from psycopg.types.json import Jsonb

from commons.audit import record_event
from commons.database.connection import Connection
from commons.database.statements import copy_frame, read_copy, run_file, statement
from ingest.link.candidates import CROWD, CROWDED_CELL, LEAST_SHARED, REACH_M, TOUCHING_M
from ingest.link.linker import FOUND_COLUMNS, RECORD_COLUMNS, Linker
from ingest.link.model import METHOD, Model, shipped_model
from ingest.link.places import PlacesLinker, learn, shipped_linker

MANY = 100
"""Records from which PostgreSQL is to hash what it joins, unless they are few of all: of a temporary table it expects
few, and of tables that were just filled, too."""
FEW_SHARE = 0.05
"""Share of all records up to which the database finds what is like them: one costs it some milliseconds where the
town is thick; to read and compare a million takes minutes."""
ROUNDING_M = 0.001
"""What PostgreSQL may reckon otherwise than we do, who look at each pair again."""
TYPES = {
    "record_id": "int64",
    "dataset_id": "int64",
    "x": "float64",
    "y": "float64",
    "uncertainty_m": "float64",
}

RecordIds = npt.NDArray[np.int64]


def matchable(connection: Connection, record_ids: RecordIds) -> pd.DataFrame:
    """Return `RECORD_COLUMNS` and `expires_at` of those records of which consent lets something be compared now."""
    run_file(connection, "ingest.link", "to_match")
    copy_frame(connection, "to_match", pd.DataFrame({"record_id": record_ids}))
    connection.execute("ANALYZE to_match")
    loops = "on" if len(record_ids) <= MANY or are_few(connection, len(record_ids)) else "off"
    connection.execute(f"SET LOCAL enable_nestloop = {loops}; SET LOCAL enable_mergejoin = {loops}")
    told = read_copy(connection, statement("ingest.link", "records_to_match"), TYPES)
    connection.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
    return told[[*RECORD_COLUMNS, "expires_at"]]


def store_keys(connection: Connection, linker: Linker, changed: RecordIds, records: pd.DataFrame) -> None:
    """Keep by what these records are found; the rest of what changed is found no longer."""
    connection.execute("SELECT commons.forget_keys(%s)", (changed.tolist(),))
    if records.empty:
        return
    keys = linker.keys(records).drop_duplicates().sort_values(["key", "record_id"])
    copy_frame(connection, "commons.record_key", keys[["key", "record_id"]])
    copy_frame(connection, "commons.linked_place", linker.places(records).sort_values("cell"))
    copy_frame(connection, "commons.linked_record", records[["record_id", "expires_at"]])


def others_than(connection: Connection, changed: RecordIds) -> RecordIds:
    """Return the records that were compared before and have not changed."""
    rows = connection.execute("SELECT record_id FROM commons.linked_record ORDER BY 1").fetchall()
    return np.setdiff1d(np.array(rows, dtype="int64").reshape(-1), changed)


def are_few(connection: Connection, count: int) -> bool:
    """Say whether so many are few beside those compared before: the database is then to look each up by itself."""
    row = connection.execute("SELECT count(*) FROM commons.linked_record").fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return count <= FEW_SHARE * int(row[0])


def found_beside(connection: Connection, linker: Linker, records: pd.DataFrame) -> pd.DataFrame:
    """Return `FOUND_COLUMNS`: the pairs of one of these records, whose keys are stored, that may be worth comparing."""
    if records.empty:
        return pd.DataFrame(columns=list(FOUND_COLUMNS), dtype="int64")
    run_file(connection, "ingest.link", "looking")
    copy_frame(connection, "looking", records[["record_id"]])
    copy_frame(connection, "looked_in", linker.around(records))
    limits = {
        "reach_m": REACH_M + ROUNDING_M,
        "touching_m": TOUCHING_M + ROUNDING_M,
        "least_shared": LEAST_SHARED,
        "crowd": CROWD,
        "crowded_cell": CROWDED_CELL,
    }
    run_file(connection, "ingest.link", "candidates", limits)
    types = dict.fromkeys(FOUND_COLUMNS, "int64")
    return read_copy(connection, "COPY found_pair TO STDOUT (FORMAT csv, HEADER)", types)


def current_linker(connection: Connection) -> PlacesLinker:
    """Return the linker with the latest stored model, or with the shipped one where none is of this method."""
    row = connection.execute(
        "SELECT document::text FROM commons.link_model WHERE document ->> 'method' = %s"
        " ORDER BY link_model_id DESC LIMIT 1",
        (METHOD,),
    ).fetchone()
    linker = shipped_linker() if row is None else PlacesLinker(Model.from_json(row[0]))
    return replace(linker, across=not len(repeating(connection)))


def repeating(connection: Connection) -> RecordIds:
    """Return the datasets that may hold one alternative twice; without any, nothing is compared within a list."""
    rows = connection.execute("SELECT dataset_id FROM commons.dataset WHERE may_repeat").fetchall()
    return np.array(rows, dtype="int64").reshape(-1)


def model_named(connection: Connection, name: str) -> Model | None:
    """Return the model by which a decision was made, None where it is not known here."""
    if name == shipped_model().name:
        return shipped_model()
    row = connection.execute(
        "SELECT document::text FROM commons.link_model WHERE name = %s AND document ->> 'method' = %s"
        " ORDER BY link_model_id DESC LIMIT 1",
        (name, METHOD),
    ).fetchone()
    return None if row is None else Model.from_json(row[0])


def learn_linker(connection: Connection, *, learned_by: str) -> PlacesLinker:
    """Return the linker whose model was learned from every record that may be compared, and keep that model.

    What people said of pairs teaches it. The same model again is not kept twice.
    """
    everyone = connection.execute("SELECT array_agg(record_id) FROM commons.source_record").fetchone()
    assert everyone is not None  # noqa: S101 - an aggregate
    records = matchable(connection, np.array(everyone[0] or [], dtype="int64"))
    said = run_file(connection, "ingest.link", "labels").fetchall()
    labels = pd.DataFrame(said, columns=["left_record_id", "right_record_id", "is_same"])
    linker, _ = learn(records, across=not len(repeating(connection)), labels=labels)
    model = linker.model
    if model.name == current_linker(connection).name:
        return linker
    connection.execute(
        "INSERT INTO commons.link_model (name, document, records, learned_by) VALUES (%s, %s, %s, %s)",
        (model.name, Jsonb(model.to_json(), dumps=str), len(records), learned_by),
    )
    record_event(connection, learned_by, "train", "link_model", model.name, records=len(records))
    return linker
