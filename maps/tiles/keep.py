"""Tiles kept in memory, each for as long as nothing that its reader sees has changed.

Strictly fresh: a tile is answered only under a version of the release that was read after it was asked for, so that the
first request after a withdrawal no longer gets what was withdrawn. What many ask at once is asked of the database once.
"""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commons.calendar import LOCAL
from commons.database.pool import ReaderPool
from maps.filters import Filters, asks_open, step_of
from maps.hours import HOURS, open_at
from maps.tiles.ask import TileAddress, tile_query

MOST_BYTES = 64 * 2**20
"""Kept at most, counted as they are sent: some twenty thousand tiles of 3 kB."""
OVERHEAD_BYTES = 500
"""What a kept tile takes beside its bytes."""

Key = tuple[TileAddress, Filters, datetime | None]
"""With the moment that it holds for, where the filters depend on the clock."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's bytes, compressed by gzip, and the version of the release that they tell."""

    version: UUID
    packed: bytes


def moment_of(filters: Filters) -> datetime | None:
    """Return the moment for which the filters are answered now; None where they do not depend on the clock."""
    return step_of(datetime.now(LOCAL)) if asks_open(filters) else None


class Tiles:
    """The tiles of one reader."""

    def __init__(self, login: str, most_bytes: int = MOST_BYTES) -> None:
        self.pool = ReaderPool(login)
        self.versions = Newest(self._ask_version)
        self._most_bytes = most_bytes
        self._kept_version: UUID | None = None
        self._kept: OrderedDict[Key, Tile] = OrderedDict()
        self._kept_bytes = 0
        self._open: tuple[tuple[UUID, datetime], tuple[str, ...]] | None = None
        self._making: dict[tuple[Key, UUID], asyncio.Task[Tile]] = {}

    async def version(self) -> UUID:
        """Return the version of the release as it is after this was called."""
        return await self.versions.get()

    async def tile(
        self, address: TileAddress, filters: Filters, version: UUID, moment: datetime | None = None
    ) -> Tile:
        """Return the tile as it is at this version or, where that has passed meanwhile, at a later one.

        `moment` is `moment_of` the filters.
        """
        key = (address, filters, moment)
        if version == self._kept_version and (found := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return found
        task = self._making.get((key, version))
        if task is None:
            task = asyncio.create_task(self._make(key))
            self._making[key, version] = task
            task.add_done_callback(lambda _: self._making.pop((key, version)))
        made = await asyncio.shield(task)
        self._keep(key, made)
        return made

    async def _make(self, key: Key) -> Tile:
        address, filters, moment = key
        open_now = await self._open_at(moment) if moment else ()
        ((version, content),) = await self.pool.rows(*tile_query(address, filters, open_now))
        return Tile(version, gzip.compress(content, compresslevel=6, mtime=0))

    async def _open_at(self, moment: datetime) -> tuple[str, ...]:
        """Return the opening hours that include the moment; a view asks for many tiles, and once for these."""
        version = await self.version()
        if self._open is None or self._open[0] != (version, moment):
            hours = [str(text) for (text,) in await self.pool.rows(HOURS)]
            self._open = (version, moment), await asyncio.to_thread(open_at, hours, moment)
        return self._open[1]

    def _keep(self, key: Key, made: Tile) -> None:
        """Keep a tile of the version last seen; those of another are let go all at once."""
        if made.version != self._kept_version:
            self._kept.clear()
            self._kept_bytes = 0
            self._kept_version = made.version
        if key not in self._kept:
            self._kept[key] = made
            self._kept_bytes += len(made.packed) + OVERHEAD_BYTES
        while self._kept_bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped.packed) + OVERHEAD_BYTES

    async def _ask_version(self) -> UUID:
        ((version,),) = await self.pool.rows("SELECT version FROM version")
        return UUID(str(version))


class Newest:
    """The answer to a question that many ask at once: each gets one that was asked of the database after it came.

    One question is on its way at a time, and all who come meanwhile share the next.
    """

    def __init__(self, ask: Callable[[], Awaitable[UUID]]) -> None:
        self._ask = ask
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[UUID] | None = None

    async def get(self) -> UUID:
        """Return an answer to a question that had not been put yet when this was called."""
        if self._next is None:
            self._next = asyncio.create_task(self._put())
        return await asyncio.shield(self._next)

    async def _put(self) -> UUID:
        async with self._turn:
            self._next = None
            return await self._ask()
