"""Asking a geocoder for the places of addresses that the public may see anyway, each address once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pandas as pd

from commons.audit import record_event
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset
from commons.settings import GeocoderSetting
from ingest.locate.geocoders import PROTOCOLS, Address, Answer
from ingest.locate.locate import store_found
from ingest.merge.merge import merge

TIMEOUT_S = 10.0
UNCERTAINTY_M = 25.0
"""A geocoder's house is a point on or before its plot."""
CACHED = """
INSERT INTO commons.geocoder_answer (geocoder, address_hash, geom)
VALUES (%(geocoder)s, %(address_hash)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)) ON CONFLICT DO NOTHING
"""
Progress = Callable[[int, int], None]


class Geocoder:
    """A geocoder over HTTP. It is asked slowly, is told who asks, and follows no redirection."""

    def __init__(self, setting: GeocoderSetting, pause_s: float | None = None) -> None:
        self.kind = setting.kind
        self.protocol = PROTOCOLS[setting.kind]
        self._url = setting.url.rstrip("/")
        self._pause_s = self.protocol.pause_s if pause_s is None else pause_s
        self._not_before = 0.0
        self._client = httpx.Client(
            timeout=TIMEOUT_S,
            headers={"User-Agent": f"brussels-commons ({setting.contact})"},
            trust_env=False,
        )

    def find(self, address: Address) -> Answer | None:
        """Return the first answer that surely is the house, None without one. Raises CommonsError on failure."""
        time.sleep(max(0.0, self._not_before - time.monotonic()))
        try:
            response = self._client.get(
                self._url + self.protocol.path, params=self.protocol.parameters(address)
            )
            response.raise_for_status()
            answers = list(self.protocol.answers(response.json()))
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            # Without its cause: an error of HTTP quotes the address that was asked for.
            raise CommonsError("geocoder.failed", kind=self.kind.value, error=type(error).__name__) from None
        finally:
            self._not_before = time.monotonic() + self._pause_s
        return next((answer for answer in answers if answer.is_for(address)), None)


@dataclass(frozen=True)
class Asked:
    """How many addresses were sent out, and how many records have a place by it."""

    sent: int
    found: int


def addresses_to_send(connection: Connection, dataset: Dataset, geocoder: str) -> list[tuple[int, Address]]:
    """Return the addresses, each with its hash, that may be sent and never were.

    They are those of records that, had they a place, the public would see exactly there. Which these are the release
    itself says: each is given a place for a moment, which is rolled back.
    """
    with connection.transaction(force_rollback=True):
        values = {"dataset_id": dataset.dataset_id, "geocoder": geocoder}
        rows = run_file(connection, "ingest.locate", "addresses_to_send", values).fetchall()
    return [(address_hash, Address(*parts)) for address_hash, *parts in rows]


def ask(
    connection: Connection,
    dataset: Dataset,
    geocoder: Geocoder,
    *,
    asked_by: str,
    progress: Progress | None = None,
) -> Asked:
    """Return what asking found. Each answer is committed as it comes; none is waited for within a transaction."""
    kind = geocoder.kind.value
    to_send = addresses_to_send(connection, dataset, kind)
    record_event(
        connection, asked_by, "send addresses", "dataset", dataset.slug, geocoder=kind, count=len(to_send)
    )
    connection.commit()
    for number, (address_hash, address) in enumerate(to_send, 1):
        answer = geocoder.find(address)
        place = {"lon": answer.lon if answer else None, "lat": answer.lat if answer else None}
        connection.execute(CACHED, {"geocoder": kind, "address_hash": address_hash, **place})
        connection.commit()
        if progress:
            progress(number, len(to_send))
    found = run_file(
        connection, "ingest.locate", "answered", {"dataset_id": dataset.dataset_id, "geocoder": kind}
    ).fetchall()
    frame = pd.DataFrame(found, columns=["record_id", "x", "y"])
    frame = frame.assign(kind="address", uncertainty_m=UNCERTAINTY_M, sources=None)
    stored = store_found(connection, frame, f"geocoder:{kind}", attributions=geocoder.protocol.attributions)
    if stored:
        merge(connection)
    record_event(
        connection, asked_by, "locate", "dataset", dataset.slug, found=stored, method=f"geocoder:{kind}"
    )
    connection.commit()
    return Asked(len(to_send), stored)
