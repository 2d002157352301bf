"""The public map's server: tiles per second beside the bare query, their weight, and how soon a search answers.

    python benchmarks/map.py [--counts 10000 200000 1000000] [--seconds 8]

Rates are of `wrk` (Debian's package) against `pgbench` with the very query, 16 connections each, on tiles of the region
at zooms 11 to 15. The search is measured at 200,000. Nothing is left behind.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from commons.database.connection import Role
from commons.database.embedded import EmbeddedCluster
from commons.database.installation import find_installation
from commons.database.migrate import upgrade
from commons.districts.load import load_districts
from commons.districts.packaged import packaged_districts
from commons.vocabulary import Language
from ingest.demo.words import name_dutch, name_french, names
from maps.search import Search
from maps.tiles import TileAddress, Tiles
from maps.tiles.ask import tile_query

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
from misspelt import questions

WORLD = Path(__file__).with_name("map_world.sql")
FIRST_VIEW = [TileAddress(12, column, row) for column in range(2095, 2101) for row in range(1372, 1376)]
"""What a window of 1536 by 1024 shows of the whole region."""
SEARCHED_AT = 200_000
QUESTIONS = 200
UNCACHED = """
import sys, uvicorn
from dashboard.web.tile_routes import TileRoutes
from maps.tiles import Tiles
class Unkept(Tiles):
    async def tile(self, address, filters, version, moment=None):
        return await self._make((address, filters, moment))
app = TileRoutes(None)
app.tiles = Unkept("commons_public")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
"""
OURS = """
import sys
from dashboard.server import serve
serve("127.0.0.1", int(sys.argv[1]))
"""


@contextmanager
def cluster() -> Iterator[EmbeddedCluster]:
    with tempfile.TemporaryDirectory() as folder:
        made = EmbeddedCluster(Path(folder))
        made.start()
        try:
            os.environ["DATABASE_URL"] = made.url()
            upgrade(made.url())
            with psycopg.connect(made.url()) as connection:
                connection.execute("SET ROLE commons_owner")
                load_districts(connection, packaged_districts())
            yield made
        finally:
            made.remove()


def fill(url: str, count: int) -> None:
    told = names()
    kinds = [
        {"category": category, "fr": french.split("{")[0], "nl": dutch.split("{")[0]}
        for category, patterns in told["kind"].items()
        for french, dutch in patterns
    ]
    things = [
        {"fr": name_french("{de}", french), "nl": name_dutch("{de}", dutch)}
        for french, dutch in zip(told["thing"]["fr"], told["thing"]["nl"], strict=True)
    ]
    values = {
        "count": count,
        "kinds": json.dumps(kinds),
        "things": json.dumps(things),
        "words": count == SEARCHED_AT,
    }
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM commons.released_alternative")
        psycopg.ClientCursor(connection).execute(WORLD.read_text("utf-8"), values)
        connection.execute("UPDATE commons.released_version SET token = gen_random_uuid()")
        connection.execute("VACUUM (ANALYZE) commons.released_alternative")
        connection.execute("VACUUM (ANALYZE) released_public.alternative_row")


def some_tiles(number: int) -> list[TileAddress]:
    rng, made = random.Random(6), []
    while len(made) < number:
        zoom = rng.choice([11, 12, 13, 14, 15])
        side = 1 << zoom
        column, row = (
            int((rng.uniform(4.26, 4.46) + 180) / 360 * side),
            int(rng.uniform(0.33521, 0.33571) * side),
        )
        made.append(TileAddress(zoom, column, row))
    return made


@contextmanager
def serving(program: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", program, str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{address}/tiles/11/1049/687.mvt", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wrk(address: str, tiles: list[TileAddress], seconds: int, connections: int = 16) -> str:
    """Return requests per second, latencies and errors, as one line."""
    paths = ",".join(f'"/tiles/{one.zoom}/{one.column}/{one.row}.mvt"' for one in tiles)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(f"""
            local paths, at = {{{paths}}}, 0
            init = function() math.randomseed(os.time()) at = math.random(#paths) end
            request = function() at = at % #paths + 1
                return wrk.format("GET", paths[at], {{["Accept-Encoding"] = "gzip"}}) end
        """)
        script.flush()
        told = subprocess.run(
            ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script.name, address],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    rate = re.findall(r"Requests/sec:\s+([\d.]+)", told)[0]
    late = dict(re.findall(r"(50|99)%\s+(\S+)", told))
    errors = " ".join(re.findall(r"Socket errors.*|Non-2xx.*", told)) or "no error"
    return f"{float(rate):9.0f}/s   p50 {late['50']}, p99 {late['99']}, {errors}"


def pgbench(url: str, tiles: list[TileAddress], seconds: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        files = []
        with psycopg.connect(url) as connection:
            for number, tile in enumerate(tiles):
                query, values = tile_query(tile, ())
                path = Path(folder) / f"{number}.sql"
                path.write_text(psycopg.ClientCursor(connection).mogrify(query, values) + ";\n")
                files += ["-f", str(path)]
        Path(folder).chmod(0o755)
        told = subprocess.run(
            [find_installation().programs / "pgbench", "-n", "-M", "prepared", "-c16", "-j2", f"-T{seconds}", *files,
             re.sub("//[^@]*@", "//commons_public@", url)],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    rate = re.findall(r"tps = ([\d.]+)", told)[0]
    return f"{float(rate):9.0f}/s"


def weigh() -> tuple[int, int, int]:
    """Return what the first view weighs: bytes sent, bytes unpacked, marks' tiles."""

    async def run() -> list[bytes]:
        tiles = Tiles(Role.PUBLIC)
        version = await tiles.version()
        packed = [(await tiles.tile(one, (), version)).packed for one in FIRST_VIEW]
        await tiles.pool.close()
        return packed

    packed = asyncio.run(run())
    return sum(map(len, packed)), sum(len(gzip.decompress(one)) for one in packed), len(packed)


def search(url: str) -> str:
    with psycopg.connect(url) as connection:
        named = connection.execute(
            "SELECT public_id::text, name, ARRAY[name_nl] FROM released_public.alternative_row"
            " ORDER BY alternative_id LIMIT 5000"
        ).fetchall()
    asked = questions(named, QUESTIONS)

    async def run() -> tuple[list[float], int]:
        finder, times, right = Search(Role.PUBLIC), [], 0
        await finder.find("warm", Language.FR)
        for one, text, _ in asked:
            begun = time.perf_counter()
            found = await finder.find(text, Language.FR, 3)
            times.append((time.perf_counter() - begun) * 1000)
            right += one in {each["id"] for each in found}
        await finder.pool.close()
        return times, right

    times, right = asyncio.run(run())
    cuts = statistics.quantiles(times, n=20)
    return f"p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms, longest {max(times):.1f} ms; {right / QUESTIONS:.0%} right"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, SEARCHED_AT, 1_000_000])
    parser.add_argument("--seconds", type=int, default=8)
    asked = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    tiles = some_tiles(100)
    with cluster() as made:
        for count in asked.counts:
            fill(made.url(), count)
            sent, unpacked, number = weigh()
            print(f"{count:9} first view: {number} tiles, {sent} bytes sent, {unpacked} unpacked", flush=True)
            print(f"{count:9} bare query, pgbench    {pgbench(made.url(), tiles, asked.seconds)}", flush=True)
            with serving(UNCACHED) as address:
                print(f"{count:9} uncached tiles         {wrk(address, tiles, asked.seconds)}", flush=True)
            with serving(OURS) as address:
                wrk(address, tiles, 3)
                print(f"{count:9} cached tiles           {wrk(address, tiles, asked.seconds)}", flush=True)
                print(
                    f"{count:9} cached, 50 visitors    {wrk(address, tiles, asked.seconds, 50)}", flush=True
                )
            if count == SEARCHED_AT:
                print(f"{count:9} search                 {search(made.url())}", flush=True)


if __name__ == "__main__":
    main()
