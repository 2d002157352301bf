"""The public map in a browser: what the first view weighs, how soon marks are there, how soon a filter has redrawn.

    python benchmarks/map_page.py [--counts 1000 10000 100000 1000000] [--views 12]

Beside it, of the same alternatives on the same machine in the same run: a folium map with a marker for each, folium's
FastMarkerCluster, and pydeck. The first is drawn where there are no more than ten thousand; the other two fetch their
scripts from other hosts, which the browser here cannot reach: theirs are weighed and not drawn. Nothing is left behind.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import folium
import pandas as pd
import psycopg
import pydeck
from folium.plugins import FastMarkerCluster
from playwright.sync_api import Browser, Frame, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
from map import OURS, cluster, fill, serving
from serving import LAUNCH

from maps.assets import asset_folders

COUNTS = [1_000, 10_000, 100_000, 1_000_000]
WIDE = {"width": 1280, "height": 900}
DRAWN_ONE_BY_ONE = 10_000
LONGEST_S = 120
SERVER = "from dashboard.server import serve"
TICKS = os.sysconf("SC_CLK_TCK")
TILES = "Object.values(window.map?._layers ?? {}).find((layer) => layer.ask && layer.each)"
MARKS = f"""(query) => {{
    const tiles = {TILES};
    if (!tiles || tiles.query !== query) return false;
    let marks = 0;
    tiles.each(() => {{ marks += 1; }});
    return marks > 0 && !tiles.busy();
}}"""


def used(postmaster: int) -> float:
    """Return the seconds of processor that our server and its database's processes have used."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        try:
            told = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else None
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if told and (SERVER in command or postmaster in (int(folder.name), int(told[1]))):
            ticks += sum(map(int, told[11:15]))
    return ticks / TICKS


class Weight:
    """What a page loads, in bytes as sent: all of it, and what of it is data of the map."""

    def __init__(self, page: Page) -> None:
        self.all = self.data = 0
        self._data = set[str]()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict) -> None:
        if any(part in event["response"]["url"] for part in ("/tiles/", "/ground.json", "/places")):
            self._data.add(event["requestId"])

    def _finished(self, event: dict) -> None:
        self.all += event["encodedDataLength"]
        if event["requestId"] in self._data:
            self.data += event["encodedDataLength"]


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=WIDE) as context:
        yield context.new_page()


def frame_of(page: Page) -> Frame:
    page.frame_locator("iframe[title*=folium]").locator("#map_div").wait_for()
    return next(frame for frame in page.frames if "folium" in frame.url)


def ours(browser: Browser, address: str, postmaster: int, count: int, views: int) -> None:
    firsts, filters, weights, datas, worked = [], [], [], [], []
    for _ in range(views):
        with new_page(browser) as page:
            weight = Weight(page)
            before = used(postmaster)
            begun = time.perf_counter()
            page.goto(f"{address}/?lang=en")
            frame = frame_of(page)
            frame.wait_for_function(MARKS, arg="", polling=10)
            firsts.append(time.perf_counter() - begun)
            page.locator("[data-test-script-state=notRunning]").wait_for()
            page.wait_for_timeout(500)
            worked.append(used(postmaster) - before)
            weights.append(weight.all)
            datas.append(weight.data)
            page.get_by_role("button", name="More filters").click()
            switch = page.get_by_text("takes part in a mutualisation")
            switch.wait_for()
            for query in ("taking_part=yes", ""):
                begun = time.perf_counter()
                switch.click()
                asked = (
                    f"(query) => {{ const tiles = {TILES}; return tiles?.query === query && !tiles.busy(); }}"
                )
                frame.wait_for_function(asked, arg=query, polling=10)
                filters.append(time.perf_counter() - begun)
                page.locator("[data-test-script-state=notRunning]").wait_for()
    tell(count, "ours", datas, weights, firsts, filters, worked)


def tell(
    count: int,
    name: str,
    datas: Sequence[float],
    weights: Sequence[float],
    firsts: Sequence[float] = (),
    filters: Sequence[float] = (),
    worked: Sequence[float] = (),
) -> None:
    def of(times: Sequence[float]) -> str:
        if len(times) < 2:
            return f"{times[0] * 1000:.0f} ms" if times else "-"
        return f"p50 {statistics.median(times) * 1000:.0f}, p95 {statistics.quantiles(times, n=20)[18] * 1000:.0f} ms"

    data, page = (statistics.median(sizes) / 1000 for sizes in (datas, weights))
    print(
        f"{count:9} {name:23} data {data:7.0f} kB  page {page:7.0f} kB  first mark {of(firsts)}"
        f"  filter {of(filters)}  server's processor {of(worked)}",
        flush=True,
    )


def peers(browser: Browser, url: str, count: int, folder: Path) -> None:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT name, category, ST_Y(geom), ST_X(geom) FROM released_public.alternative_row"
        ).fetchall()
    frame = pd.DataFrame(rows, columns=["name", "category", "lat", "lon"])
    if count <= 10 * DRAWN_ONE_BY_ONE:
        every = folium.Map(location=[50.84, 4.36], zoom_start=12, tiles=None)
        for name, _, lat, lon in rows:
            folium.CircleMarker([lat, lon], radius=5, tooltip=name).add_to(every)
        drawn(browser, every, count, "folium, each a marker", folder, draw=count <= DRAWN_ONE_BY_ONE)
    clustered = folium.Map(location=[50.84, 4.36], zoom_start=12, tiles=None)
    FastMarkerCluster(frame[["lat", "lon"]].to_numpy().tolist()).add_to(clustered)
    drawn(browser, clustered, count, "folium FastMarkerCluster", folder, draw=False)
    layer = pydeck.Layer("ScatterplotLayer", frame, get_position=["lon", "lat"], get_radius=20, pickable=True)
    page = folder / "pydeck.html"
    pydeck.Deck(layers=[layer], map_provider=None).to_html(str(page), open_browser=False)
    tell(count, "pydeck", [page.stat().st_size], [page.stat().st_size])


def drawn(browser: Browser, made: folium.Map, count: int, name: str, folder: Path, *, draw: bool) -> None:
    """Weigh the page that folium makes and, with Leaflet from our own folder, see how soon it has drawn."""
    text = made.get_root().render()
    times: list[float] = []
    if draw:
        script = (asset_folders()["leaflet"] / "leaflet.js").read_text("utf-8")
        page_file = folder / "page.html"
        head = f"<script>{script}</script>"
        page_file.write_text(text.replace("<head>", f"<head>{head}", 1))
        with new_page(browser) as page:
            page.route("http*://**", lambda route: route.abort())
            begun = time.perf_counter()
            page.goto(page_file.as_uri(), timeout=LONGEST_S * 1000)
            page.locator("path.leaflet-interactive").first.wait_for(
                state="attached", timeout=LONGEST_S * 1000
            )
            times.append(time.perf_counter() - begun)
    tell(count, name, [len(text)], [len(text)], times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--views", type=int, default=12)
    asked = parser.parse_args()
    print(
        f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; a window of {WIDE['width']} by {WIDE['height']}"
    )
    with cluster() as made, sync_playwright() as tool, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = tool.chromium.launch(**LAUNCH)
        for count in asked.counts:
            fill(made.url(), count)
            with serving(OURS) as address:
                with new_page(browser) as page:  # the first visitor of all waits for modules to be read
                    page.goto(f"{address}/?lang=en")
                    frame_of(page).wait_for_function(MARKS, arg="", polling=50)
                ours(browser, address, made.status().pid or 0, count, asked.views)
            peers(browser, made.url(), count, folder)
        browser.close()


if __name__ == "__main__":
    main()
