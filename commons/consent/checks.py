"""What is asked of every change of consent before it is made."""

from datetime import date

from commons.calendar import today
from commons.consent.agreement import Signed, agreement_in_force
from commons.consent.flags import LICENCE_WORDS
from commons.consent.wanted import Wanted
from commons.database.connection import Connection
from commons.errors import CommonsError
from commons.partners import Dataset


def check_change(connection: Connection, dataset: Dataset, name: str, wanted: Wanted) -> None:
    """Raise CommonsError unless this person may want this; then wait for an upload of the dataset."""
    check_name(connection, name)
    check_day(wanted.until)
    if wanted.licence is not None and wanted.licence not in LICENCE_WORDS:
        raise CommonsError("consent.licence", licence=wanted.licence, known=", ".join(LICENCE_WORDS))
    lock_dataset(connection, dataset)


def check_name(connection: Connection, name: str) -> None:
    """Raise CommonsError where nobody is named."""
    if not _is_true(connection, "SELECT commons.name_key(%s) <> ''", name):
        raise CommonsError("consent.no_name")


def check_day(until: date | None) -> None:
    """Raise CommonsError where an end is not to come."""
    if until is not None and until <= today():
        raise CommonsError("consent.until_past", until=until)


def in_force(connection: Connection, dataset: Dataset) -> Signed:
    """Return the agreement of this moment, or raise CommonsError."""
    signed = agreement_in_force(connection, dataset)
    if signed is None:
        raise CommonsError("consent.no_agreement", dataset=dataset.slug)
    return signed


def lock_dataset(connection: Connection, dataset: Dataset) -> None:
    """Wait for an upload of the dataset, and let the next one wait."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('commons dataset'), %s)", (dataset.dataset_id,))


def are_two(connection: Connection, one: str, other: str) -> bool:
    """Tell whether two names are two people's, as the database does."""
    return _is_true(connection, "SELECT commons.are_two(%s, %s)", one, other)


def _is_true(connection: Connection, question: str, *values: str) -> bool:
    row = connection.execute(question, values).fetchone()
    return bool(row and row[0])
