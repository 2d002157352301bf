"""Everything that a reader's login or a visitor can obtain. A new surface is one function, and one line in one of the lists below:
the sweep of tests/attack/test_canaries.py then listens to it. Each yields where something was found, and what.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import cycle, product
from pathlib import Path

import httpx
import psycopg
from entitled import reader_connection
from paper import pdf_text
from playwright.sync_api import Error
from public_pages import crawled

from commons import research
from commons.calendar import today
from commons.release import released
from commons.vocabulary import Audience, DistrictLevel, Language, Measure

Found = Iterator[tuple[str, str | bytes]]
RELATIONS = """
SELECT format('%I.%I', n.nspname, c.relname),
       string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE has_column_privilege(c.oid, a.attnum, 'SELECT'))
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND has_schema_privilege(n.oid, 'USAGE') AND n.nspname <> 'reference'
   AND has_any_column_privilege(c.oid, 'SELECT')
 GROUP BY 1
"""
TEXTS = "SELECT attname FROM pg_attribute WHERE attrelid = 'alternative'::regclass AND atttypid = 'text'::regtype AND attnum > 0"
PROVOKED = [
    "SELECT * FROM alternative WHERE {column}::int > 0",
    "SELECT * FROM alternative WHERE {column}::date > now()",
    "SELECT * FROM alternative WHERE {column}::uuid IS NULL",
    "SELECT * FROM alternative WHERE ST_GeomFromText({column}) IS NULL",
    "SELECT * FROM alternative WHERE 1 / (length({column}) - length({column})) > 0",
    "SELECT * FROM alternative WHERE ('x' || {column})::regclass::oid > 0",
    "SELECT * FROM alternative WHERE {column} ~ '('",
    "INSERT INTO alternative ({column}) VALUES ('x')",
    "UPDATE alternative SET {column} = 'x'",
]
PROVOKED_ONCE = [
    "SELECT * FROM alternative WHERE ST_Intersects(geom, 'SRID=4326;POLYGON((0 0, 1 1, 0 1, 1 0, 0 0))')",
    "SELECT * FROM alternative WHERE ST_Intersects(geom, 'SRID=31370;POINT(1 1)')",
    "SELECT * FROM alternative WHERE ST_Transform(geom, 1) IS NOT NULL",
    "SELECT * FROM alternative WHERE ST_DWithin(geom, 'SRID=4326;POINT(NaN NaN)', 'NaN')",
    "SELECT * FROM alternative WHERE secret = 1",
    "SELECT * FROM alternative a JOIN commons.record_version v ON v.name = a.name",
    "SELECT name::int FROM commons.record_version",
    "SELECT * FROM commons.released_alternative",
    "SELECT * FROM {schema}.alternative_row",
    "INSERT INTO commons.partner (slug, name) VALUES ('x', 'x')",
    "SELECT 'commons.record_version'::regclass, 'commons.permitted'::regproc",
    "SELECT alternative FROM alternative LIMIT 1 OFFSET -1",
    "SELECT jsonb_populate_record(null::alternative, '{}')",
]
PROBES = [
    "SELECT * FROM alternative WHERE geom && ST_Expand('SRID=4326;POINT({x!r} {y!r})'::geometry, 0.0003)",
    "SELECT * FROM alternative WHERE ST_DWithin(geom, 'SRID=4326;POINT({x!r} {y!r})', 0.0003)",
    "SELECT * FROM alternative ORDER BY geom <-> 'SRID=4326;POINT({x!r} {y!r})' LIMIT 3",
    "SELECT * FROM alternative WHERE name ILIKE '%{token}%' OR description ILIKE '%{token}%' OR phone = '{token}'",
    "SELECT * FROM participation WHERE title % '{token}'",
    "SELECT * FROM alternative WHERE to_tsvector('simple', concat_ws(' ', name, description, street)) @@ plainto_tsquery('{token}')",
]
AUDIENCES = {"public": Audience.PUBLIC, "partners": Audience.PARTNERS, "researchers": Audience.RESEARCHERS}
TODAY = today()
LEVELS = (DistrictLevel.COMMUNE, DistrictLevel.NEIGHBOURHOOD)


def relations(commons, reader) -> Found:
    """Every row of everything that the login can read: released views, catalogues, the planner's statistics, definitions."""
    with reader_connection(reader, commons.friend) as connection:
        for name, columns in connection.execute(RELATIONS).fetchall():
            try:
                rows = connection.execute(f"SELECT concat_ws(E'\\t', {columns}) FROM {name}").fetchall()
            except psycopg.errors.InsufficientPrivilege:  # a view over what is closed
                continue
            yield name, "\n".join(row[0] for row in rows)


def copies(commons, reader) -> Found:
    """What is released, by COPY, as text, binary, GeoJSON, vector tile and FlatGeobuf."""
    with reader_connection(reader, commons.friend) as connection:
        for form in ("text", "csv", "binary"):
            with connection.cursor().copy(f"COPY (TABLE alternative) TO STDOUT (FORMAT {form})") as copy:
                yield form, b"".join(map(bytes, copy))
        shown = "(SELECT name, description, street, phone, email, geom FROM alternative) a"
        for name, made in {
            "GeoJSON": "json_agg(ST_AsGeoJSON(a)::json)::text", "FlatGeobuf": "ST_AsFlatGeobuf(a)", "tile": "ST_AsMVT(a)",
            "extent": "ST_AsText(ST_Extent(geom)) || ST_AsText(ST_Centroid(ST_Collect(geom)))",
        }.items():  # fmt: skip
            of = shown.replace(
                "geom FROM", "ST_AsMVTGeom(geom, ST_MakeEnvelope(4.2, 50.7, 4.6, 51, 4326)) AS geom FROM"
            )
            rows = connection.execute(f"SELECT {made} FROM {of if name == 'tile' else shown}")
            yield name, rows.fetchone()[0]


def errors(commons, reader) -> Found:
    """The words of the errors that a reader can provoke."""
    with reader_connection(reader, commons.friend) as connection:
        columns = [row[0] for row in connection.execute(TEXTS)]
        schema = connection.execute("SELECT current_schema()").fetchone()[0]
        connection.execute("SET default_transaction_read_only = off")
        every = [attempt.format(column=column) for attempt in PROVOKED for column in columns]
        for attempt in every + [attempt.replace("{schema}", schema) for attempt in PROVOKED_ONCE]:
            try:
                connection.execute(attempt)
            except psycopg.Error as failure:
                said = [getattr(failure.diag, part) for part in dir(failure.diag) if not part.startswith("_")]
                yield attempt, "\n".join(str(word) for word in [failure, *said])


def plans(commons, reader) -> Found:
    """The plans of probes around hidden places and for hidden words, run and explained; the probe's own words left out."""
    aviary, may = commons.aviary, commons.allowed[reader]
    places = [place for place, name in aviary.points.items() if name not in may][
        :: max(1, len(aviary.points) // 25)
    ]
    tokens = [canary for canary in aviary.told if canary.startswith("zq") and canary not in may]
    tokens = tokens[:: max(1, len(tokens) // 25)]
    with reader_connection(reader, commons.friend) as connection:
        for (x, y), token in zip(places, tokens, strict=False):
            for probe in PROBES:
                asked = probe.format(x=x, y=y, token=token)
                told = connection.execute(
                    f"EXPLAIN (ANALYZE, VERBOSE, BUFFERS, SETTINGS, WAL) {asked}"
                ).fetchall()
                yield asked, _without("\n".join(row[0] for row in told), x, y, token)


def _without(plan, x, y, token):
    return re.sub(r"'[0-9A-F]{40,}'", "", plan.replace(token, "").replace(f"{x!r} {y!r}", ""))


def frames(_commons, reader) -> Found:
    """What the Python interface gives."""
    if reader not in AUDIENCES:
        return
    audience = AUDIENCES[reader]
    yield "alternatives", released(audience).alternatives().to_csv()
    yield "alternatives as GeoJSON", released(audience).alternatives().to_json(default=str)
    yield "participations", released(audience).participations().to_csv()
    for level in DistrictLevel:
        yield f"count {level}", research.count_alternatives(audience, level, [TODAY]).to_csv()
        if audience is Audience.RESEARCHERS:
            yield f"statistics {level}", research.statistics(level=level).to_csv()
    level = DistrictLevel.NEIGHBOURHOOD
    yield "years", research.count_by_year(audience, level, 1850, 1852).to_csv()
    yield "change", research.change_between(audience, level, date(1850, 1, 1), TODAY).to_csv()
    yield "coverage", research.coverage(audience, level, TODAY).to_csv()
    for measure, level in product(Measure, DistrictLevel):
        told = research.measure_districts(audience, measure, level, [date(2020, 12, 31), TODAY])
        yield f"measure {measure} {level}", told.to_csv()
    yield "years known", str(research.years_known(audience))
    if audience is Audience.RESEARCHERS:
        yield "snapshots", research.snapshots().to_csv()


PATHS = [
    "/", "/healthz", "/readyz", "/explore", "/coverage", "/research", "/upload", "/nothing", "/api", "/docs", "/openapi.json",
    "/assets", "/assets/maps/layer.js", "/assets/maps/layer.css", "/assets/maps/../../../etc/passwd",
    "/assets/maps/%2e%2e/%2e%2e/pyproject.toml", "/assets/leaflet/nothing.js", "/static/nothing", "/media/nothing",
    "/component/streamlit_folium.st_folium/index.html", "/component/streamlit_folium.st_folium/../../app.py",
    "/component/nothing/index.html", "/_stcore/health", "/_stcore/host-config", "/_stcore/allowed-message-origins",
    "/_stcore/script-health-check", "/_stcore/metrics", "/_stcore/upload_file/x/y", "/_stcore/stream", "/metrics",
    "/tiles", "/tiles/", "/tiles/9/261/171.mvt", "/tiles/9/261/171.mvt?category=x'", "/tiles/99/0/0.mvt", "/tiles/../server.py",
    "/poster.pdf", "/poster.svg?district=x", "/poster.pdf?district=%00", "/poster.pdf?district=1&district=2", "/poster.png",
    "/export.html?lang=xx", "/export.html?source='%22%3B--", "/export.html?category=x'",
    "/search", "/search?q=a&lang=xx", "/search?q=%00", "/search?q='%22%3B--&lang=nl", "/search?q=a&q=b", "/search/x",
    "/list?skip=-1", "/embed?colour='&show=x", "/places?box=1,2", "/places?category='%22--", "/alternative/x", "/ground.json?lang=xx",
    "/propose", "/propose?lang=xx", "/propose?id=%00", "/propose?id=1%27%20OR%201=1", "/propose?sent=x", "/propose/x",
    "/?lang=xx", "/?q='%22%3B--", "/?id=1%27%20OR%201=1", "/?district=%00", "/?lang=nl&cat=%F0%9F%92%A9", "/" + "x" * 5000,
]  # fmt: skip
DRAWN = [
    ".st-key-list",
    "[data-testid=stVegaLiteChart]",
    "[data-testid=stVegaLiteChart]",
    "[data-testid=stForm]",
]
"""By what a page is known to have been drawn, in the order of the pages."""
MAPS = (0, 1)
"""The pages with a map."""
METHODS = ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]


def routes(visit) -> Found:
    """Every route, some that are none, and methods that none expects: status, headers, body."""
    with httpx.Client(base_url=visit.address, trust_env=False) as client:
        asked = [("GET", path) for path in PATHS] + [
            (method, path) for method in METHODS for path in PATHS[:4]
        ]
        for method, path in asked:
            answer = client.request(
                method, path, content=b'{"id": NaN}' if method in ("POST", "PUT") else None
            )
            head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            yield f"{method} {path}", f"{answer.status_code}\n{head}\n".encode() + answer.content


def links(visit) -> Found:
    """Consent links that nobody was given."""
    tokens = ["x", "A" * 43, "' OR '1'='1", "%00", "x" * 5000, visit.hidden_id, *visit.hidden_words]
    with httpx.Client(base_url=visit.address, trust_env=False) as client:
        for token, step in product(tokens, (None, "see", "withdraw")):
            form = {"what": "all", "step": step} if step else None
            answer = client.request("POST" if step else "GET", f"/consent/{token}", data=form)
            assert answer.status_code in (400, 404), token[:20]
            yield f"/consent/{token} {step}", answer.text.replace(token, "")


def proposing(visit) -> Found:
    """The form about what is shown and what is hidden, and what is answered to proposals about either; with every field wrong too."""
    own = {"Origin": visit.address}
    with httpx.Client(base_url=visit.address, trust_env=False) as client:
        for public_id, language in product((visit.shown_id, visit.hidden_id, ""), Language):
            asked = {"lang": language.value, **({"id": public_id} if public_id else {})}
            for form in (
                {},
                {"field": "x", "told": "", "name": "", "lat": "x", "contact": "x"},
                {"field": "name", "told": "x"},
            ):
                answer = client.request(
                    "POST" if form else "GET", "/propose", params=asked, data=form, headers=own
                )
                assert answer.status_code == (404 if public_id == visit.hidden_id else 200)
                yield f"/propose {asked}", f"{answer.headers}\n{answer.text}".replace(visit.hidden_id, "")


def pages(visit) -> Found:
    """The four pages in three languages in a real browser: what they show, load and offer, and what the socket brings."""
    page, seen = visit.page, []
    page.on("response", lambda answer: seen.append((f"loaded {answer.url}", answer.body)))
    page.on("console", lambda message: seen.append(("console", lambda: message.text)))
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: seen.append(("socket", lambda: frame))),
    )
    for language in Language:
        page.goto(f"{visit.address}/?lang={language}&id={visit.shown_id}")
        for place, drawn in enumerate(DRAWN):
            page.locator(".st-key-pages a").nth(place).click()
            page.locator(drawn).first.wait_for()
            if place in MAPS:
                page.frame_locator("iframe[title*=folium]").locator(".bxl-legend").wait_for()
            visit.settle()
            for frame in page.frames:
                with suppress(Error):  # one that has just been left
                    yield f"{language} {frame.url}", frame.content()
            for offered in page.get_by_test_id("stDownloadButton").all() if language is Language.FR else []:
                with page.expect_download() as download:
                    offered.get_by_role("button").click()
                yield f"file {download.value.suggested_filename}", Path(download.value.path()).read_bytes()
    for where, body in seen:
        with suppress(Error):  # an answer without a body, or of a page that has been left
            yield where, body()


def searches(visit) -> Found:
    """What the pages answer to a hidden word, a hidden id, a token that is none."""
    page = visit.page
    for hidden in visit.hidden_words:
        page.goto(f"{visit.address}/?lang=en&q={hidden}&id={visit.hidden_id}")
        page.get_by_test_id("stAlert").nth(1).wait_for()
        yield f"search {hidden}", page.content().replace(hidden, "")
    page.goto(f"{visit.address}/upload?lang=en")
    page.get_by_label("token").fill("bxl_00000000_' OR '1'='1\"); DROP TABLE x; --")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    page.get_by_test_id("stAlert").wait_for()
    yield "a token that is none", page.content()


TILES = [(zoom, column, row) for zoom, west, east, north, south in
         [(9, 261, 262, 171, 172), (11, 1047, 1050, 685, 690), (13, 4190, 4200, 2743, 2757), (15, 16764, 16800, 10976, 11024)]
         for column in range(west, east + 1) for row in range(north, south + 1)]  # fmt: skip
"""All of Brussels, at four zooms."""


def tiles(visit) -> Found:
    """The region's tiles, where they are full and where each place is shown by itself; and filtered by what is hidden."""
    with httpx.Client(base_url=visit.address, trust_env=False) as client:
        for place in TILES:
            answer = client.get("/tiles/{}/{}/{}.mvt".format(*place))
            yield f"tile {place} {answer.headers}", answer.content
        for hidden in visit.hidden_words:
            for name in ("source", "category", "district"):
                answer = client.get("/tiles/9/261/171.mvt", params={name: hidden})
                assert answer.content == b"", hidden
                yield f"tile by {name}", str(answer.headers)


def suggestions(visit) -> Found:
    """What is suggested for hidden words, parts of them and their like, and for the words of what is shown."""
    with httpx.Client(base_url=visit.address, trust_env=False) as client:
        asked = [
            text
            for word in visit.hidden_words
            for text in (word, word[:6], word[:-1], f"{word} x", word.upper())
        ]
        for text in [*asked, "garden", "moestuin", "ixelles", "rue", "zq"]:
            for language in Language:
                answer = client.get("/search", params={"q": text, "lang": language.value})
                assert answer.status_code == 200
                yield f"suggested for {text}", f"{answer.headers}\n{answer.text}"


def plain_pages(visit) -> Found:
    """The pages outside the dashboard with all that they link to, and what they answer to hidden words and ids."""
    with httpx.Client(base_url=visit.address, trust_env=False) as client:
        hidden = [visit.hidden_id, *visit.hidden_words]
        for path, answer in crawled(client.get, hidden):
            told = answer.text if answer.headers.get("content-type", "").startswith("text") else ""
            for word in hidden:
                told = told.replace(word, "")  # what was asked is said again
            yield f"plain {path}", f"{answer.headers}\n{told}".encode() + (b"" if told else answer.content)


def papers(visit) -> Found:
    """The export of each commune, posters of communes and neighbourhoods, what a PDF says as text; and filtered by what is hidden."""
    communes, neighbourhoods = (
        released(Audience.PUBLIC).districts(level)["code"].tolist() for level in LEVELS
    )
    with httpx.Client(base_url=visit.address, trust_env=False, timeout=60) as client:
        asked = [
            f"/export.html?lang={lang}&district={code}"
            for code, lang in zip(communes, cycle(Language), strict=False)
        ]
        asked += [f"/poster.svg?size=a2&lang=nl&district={code}" for code in communes + neighbourhoods[::15]]
        asked += [f"/poster.pdf?lang=fr&district={code}" for code in communes[::4]]
        for path in asked:
            answer = client.get(path)
            assert answer.status_code == 200, path
            yield f"{path} {answer.headers}", answer.content
            if ".pdf" in path:
                yield f"text of {path}", pdf_text(answer.content)
        for hidden in visit.hidden_words:
            for name in ("source", "category"):
                answer = client.get("/export.html", params={name: hidden})
                yield f"export by {name}", answer.text.replace(hidden, "")


def logs(visit) -> Found:
    """What the server of the database and our own have written down, at the end of it all."""
    yield "server of the database", visit.commons.cluster.log.read_bytes()
    yield "our server", visit.log.read_bytes()


OF_A_READER = [relations, copies, errors, plans, frames]
"""What can be had by each reader's login: functions of the commons of canaries, and of the reader."""
OF_A_VISITOR = [routes, links, proposing, pages, searches, tiles, suggestions, plain_pages, papers, logs]
"""What can be had by anyone over HTTP: functions of a visit (its address, its page)."""
