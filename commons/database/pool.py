"""Connections kept open for one reader, for answers that are given by the thousand."""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from commons.database.connection import conninfo

CONNECTIONS = 6
"""Of the thirty that the public's login may have: what two cores can work on, and a few that wait for the disk."""
LONGEST_WAIT_S = 10.0


class ReaderPool:
    """A few connections of one login, opened at the first question, in the event loop that asks it."""

    def __init__(self, login: str, *, connections: int = CONNECTIONS, options: str = "") -> None:
        """Of `connections` at most; `options` are settings of PostgreSQL that each begins with."""
        self._login = login
        self._connections = connections
        self._options = options
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[TupleRow]] | None = None

    async def rows(self, query: LiteralString, values: Mapping[str, Any] | None = None) -> list[TupleRow]:
        """Return the rows of one statement, a transaction of its own.

        Raises psycopg.Error, also where no connection is to be had within `LONGEST_WAIT_S`.
        """
        async with (await self._opened()).connection() as connection:
            return await (await connection.execute(query, values)).fetchall()

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _opened(self) -> AsyncConnectionPool[psycopg.AsyncConnection[TupleRow]]:
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                conninfo(self._login),
                min_size=1,
                max_size=self._connections,
                timeout=LONGEST_WAIT_S,
                open=False,
                kwargs={
                    "autocommit": True,
                    "application_name": f"commons {self._login} pages",
                    **({"options": self._options} if self._options else {}),
                },
            )
            await self._pool.open()
        return self._pool
