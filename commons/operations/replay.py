"""Replaying the ledger: a restored database learns of the withdrawals and narrowings that it is too old to know."""

from dataclasses import dataclass

from commons.consent.erase import erase, forget_erased
from commons.consent.narrowing import narrow_again
from commons.consent.withdraw import withdraw
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset, find_dataset
from commons.safekeeping.key import find_erasure_key
from commons.safekeeping.ledger import OF_A_DATASET, Entry, EntryKind, Ledger, read_ledger
from commons.safekeeping.note import last_uid
from commons.settings import settings
from commons.vocabulary import FieldGroup

REPLAYED_BY = "commons restore"
KNOWN = "SELECT uid FROM commons.withdrawal UNION ALL SELECT uid FROM commons.narrowing"


@dataclass(frozen=True)
class Replayed:
    """What a replay did.

    `barred` speak of records that the database does not have: a file that brings them is refused that row. `unknown`
    names the datasets, of which the database does not know either, that were withdrawn or narrowed as a whole. `torn`
    lines a crash cut short; their withdrawals were never acknowledged.
    """

    applied: int
    barred: int
    unknown: tuple[str, ...]
    torn: int


def replay(connection: Connection, *, close_datasets: bool = False, again: bool = False) -> Replayed:
    """Return what replaying the ledger changed in the database of an autocommit connection of its administrator.

    Each line that the database lacks is applied for all time, as it was then: one whose withdrawal never committed too,
    closed being the safe side. Raises CommonsError where lines are damaged; where they speak of records by another
    secret than the present one; where the ledger lacks what the database knows, and so may lack more. With
    `close_datasets` the last two withdraw the datasets concerned altogether instead. `again` is for what was added
    since a first replay.
    """
    ledger = read_ledger()
    ledger.check()
    known = {row[0] for row in connection.execute(KNOWN)}
    missing = [e for e in ledger.entries if e.kind in OF_A_DATASET and e.uid not in known]
    replaying = _Replaying(connection, close_datasets=close_datasets)
    replaying.refuse_unreadable(missing)
    told = {None, *(entry.uid for entry in ledger.entries)}
    if not again and (known | {last_uid(connection, EntryKind.BACKUP)}) - told:
        replaying.close_all()
    for entry in missing:
        with connection.transaction():
            replaying.apply(entry)
    if any(entry.kind is EntryKind.ERASURE for entry in missing):
        forget_erased(connection)
    return replaying.result(ledger)


class _Replaying:
    def __init__(self, connection: Connection, *, close_datasets: bool) -> None:
        self._connection = connection
        self._close_datasets = close_datasets
        self._key = find_erasure_key()
        self._datasets: dict[str, Dataset | None] = {}
        self._records: dict[str, dict[str, str]] = {}
        self._applied = 0
        self._barred = 0
        self._unknown: list[str] = []

    def result(self, ledger: Ledger) -> Replayed:
        return Replayed(self._applied, self._barred, tuple(dict.fromkeys(self._unknown)), len(ledger.torn))

    def refuse_unreadable(self, entries: list[Entry]) -> None:
        unreadable = sum(not self._readable(entry) for entry in entries)
        if unreadable and not self._close_datasets:
            raise CommonsError("ledger.other_key", count=unreadable)

    def close_all(self) -> None:
        if not self._close_datasets:
            raise CommonsError("ledger.incomplete", file=settings().ledger)
        for (slug,) in self._connection.execute("SELECT slug FROM commons.dataset").fetchall():
            with self._connection.transaction():
                withdraw(self._connection, find_dataset(self._connection, slug), withdrawn_by=REPLAYED_BY)
            self._applied += 1

    def apply(self, entry: Entry) -> None:
        slug = str(entry.dataset)
        dataset = self._dataset(slug)
        if entry.record is None or not self._readable(entry):
            if dataset is None:
                self._unknown.append(slug)
            elif entry.wanted is not None and entry.record is None:
                narrow_again(self._connection, dataset, entry.uid, entry.wanted, narrowed_by=REPLAYED_BY)
                self._applied += 1
            else:
                groups = entry.field_groups if entry.record is None else tuple(FieldGroup)
                withdraw(
                    self._connection, dataset, field_groups=groups, withdrawn_by=REPLAYED_BY, uid=entry.uid
                )
                self._applied += 1
            return
        record_key = None if dataset is None else self._record_keys(dataset).get(entry.record)
        if dataset is None or record_key is None:
            self._connection.execute(
                "SELECT commons.bar_record(%s, %s, %s)", (slug, entry.key_id, entry.record)
            )
            self._barred += 1
        elif entry.kind is EntryKind.ERASURE:
            erase(self._connection, dataset, record_key=record_key, erased_by=REPLAYED_BY, uid=entry.uid)
            del self._records[slug][entry.record]
            self._applied += 1
        elif entry.wanted is not None:
            narrow_again(
                self._connection,
                dataset,
                entry.uid,
                entry.wanted,
                record_key=record_key,
                narrowed_by=REPLAYED_BY,
            )
            self._applied += 1
        else:
            withdraw(
                self._connection,
                dataset,
                record_key=record_key,
                field_groups=entry.field_groups,
                withdrawn_by=REPLAYED_BY,
                uid=entry.uid,
            )
            self._applied += 1

    def _readable(self, entry: Entry) -> bool:
        return entry.record is None or (self._key is not None and self._key.key_id == entry.key_id)

    def _dataset(self, slug: str) -> Dataset | None:
        if slug not in self._datasets:
            try:
                self._datasets[slug] = find_dataset(self._connection, slug)
            except CommonsError:
                self._datasets[slug] = None
        return self._datasets[slug]

    def _record_keys(self, dataset: Dataset) -> dict[str, str]:
        """Return the dataset's record keys by their keyed hashes."""
        if dataset.slug not in self._records and self._key is not None:
            rows = self._connection.execute(
                "SELECT partner_key FROM commons.source_record WHERE dataset_id = %s", (dataset.dataset_id,)
            ).fetchall()
            self._records[dataset.slug] = {self._key.hash_record(dataset.slug, key): key for (key,) in rows}
        return self._records[dataset.slug]
