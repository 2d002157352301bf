"""Files that attack whoever reads them: what each is called, how it is made, and what must become of it.

A maker is given the trap. What must become of a file is the key of its refusal, or how many rows are stored and how
many are set aside.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from hostile_bytes import (
    PLACE,
    POINT,
    csv,
    doctype,
    geojson,
    geoparquet,
    gpx,
    kml,
    laughs,
    layer,
    lying,
    nested,
    overlapping,
    parquet,
    placemark,
    point,
    shapefile,
    with_link,
    xlsx,
    xlsx_document,
    zipped,
)  # fmt: skip
from ods import cell, ods, repeated, row, sheet

SECRET = "secret-token-of-the-server"
SQL = 'x"; DROP TABLE commons.upload CASCADE; --'
RUN = "=cmd|' /C calc'!A0"
TITLES = row(*map(cell, ("id", "nom", "latitude", "longitude")))
ODS_LIST = TITLES + row(cell("1"), cell("&a;"), cell("50.84"), cell("4.36"))
ONE = [shapely.Point(PLACE)]
BOW_TIE = [(4.36, 50.84), (4.37, 50.85), (4.37, 50.84), (4.36, 50.85), (4.36, 50.84)]
DEPTH = 10_000


@dataclass(frozen=True)
class Trap:
    """What a file may try to reach: an address that listens, a file of ours, and a folder that makers may use."""

    url: str
    secret: Path
    folder: Path


def vrt(trap):
    sources = (str(trap.secret), f"/vsicurl/{trap.url}/b.csv")
    layers = "".join(
        f'<OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>' for source in sources
    )
    return f"<OGRVRTDataSource>{layers}</OGRVRTDataSource>".encode()


def polygon(ring):
    return f'{{"type": "Polygon", "coordinates": [{[list(place) for place in ring]}]}}'


def external(root, trap):
    return doctype(
        root, f'a SYSTEM "file://{trap.secret}"', f'b SYSTEM "{trap.url}/b"', f'% p SYSTEM "{trap.url}/p"'
    )


# kind -> (file name, maker, outcome)
FILES = {
    # what unpacks to too much
    "xlsx bomb": ("a.xlsx", lambda trap: zipped(("xl/workbook.xml", b"0" * 80_000_000)), "read_archive_unsafe"),
    "xlsx bomb that lies": ("a.xlsx", lambda trap: lying(zipped(("xl/workbook.xml", b"0" * 30_000_000))), "read_archive_broken"),
    "xlsx whose members overlap": ("a.xlsx", lambda trap: overlapping(150), "read_archive_broken"),
    "ods bomb": ("a.ods", lambda trap: ods(sheet(TITLES, row(cell("x" * 30_000_000)))), "read_archive_unsafe"),
    "ods of repeated cells": ("a.ods", lambda trap: ods(sheet(TITLES, repeated(row(repeated(cell("A"), 400)), 1_000_000))), "read_archive_unsafe"),
    "ods of 16 384 columns": ("a.ods", lambda trap: ods(sheet(repeated(row(repeated(cell("A"), 16_384)), 2))), "read_too_many_columns"),
    "kmz bomb": ("a.kmz", lambda trap: zipped(("doc.kml", kml(" " * 50_000_000))), "read_archive_unsafe"),
    "zip in a zip": ("a.zip", lambda trap: shapefile(trap.folder, ("more.zip", zipped(("a", b"0")))), "read_archive_nested"),
    "zip of a thousand members": ("a.zip", lambda trap: shapefile(trap.folder, *((f"{n}.txt", b"") for n in range(1000))), "read_archive_unsafe"),
    # what names places outside its folder
    "shapefile that climbs": ("a.zip", lambda trap: shapefile(trap.folder, prefix="../../../../climbed/"), (1, 0)),
    "shapefile with a link": ("a.zip", lambda trap: with_link(shapefile(trap.folder), "lieux.dbf", trap.secret), (0, 1)),
    "kmz that climbs": ("a.kmz", lambda trap: zipped(("../../../climbed/doc.kml", kml(placemark()))), (1, 0)),
    "name that climbs": ("../../../climbed.csv", lambda trap: csv("1,A,50.84,4.36"), (1, 0)),
    # entities
    "laughs in kml": ("a.kml", lambda trap: kml(placemark("&a;"), laughs("kml")), "read_markup"),
    "laughs in kml after a comment": ("a.kml", lambda trap: kml(f"{' ' * 9000}{laughs('kml')}{placemark('&a;')}"), "read_archive_unsafe"),
    "laughs in gpx": ("a.gpx", lambda trap: gpx(laughs("gpx"), "&a;"), "read_markup"),
    "laughs in xlsx": ("a.xlsx", lambda trap: xlsx_document(laughs("worksheet")), "read_archive_unsafe"),
    "laughs far into xlsx": ("a.xlsx", lambda trap: xlsx_document(f"<!--{'x' * 99_000}-->{laughs('worksheet')}"), "read_archive_unsafe"),
    "laughs in ods": ("a.ods", lambda trap: ods(sheet(ODS_LIST), before=laughs("x")), "read_archive_unsafe"),
    "laughs in kmz": ("a.kmz", lambda trap: zipped(("doc.kml", kml(placemark("&a;"), laughs("kml")))), "read_archive_unsafe"),
    "other files in kml": ("a.kml", lambda trap: kml(placemark("&a;"), external("kml", trap)), "read_markup"),
    "other files in kmz": ("a.kmz", lambda trap: zipped(("doc.kml", kml(placemark("&b;"), external("kml", trap)))), "read_archive_unsafe"),
    "other files in gpx": ("a.gpx", lambda trap: gpx(external("gpx", trap), "&a;"), "read_markup"),
    "other files in xlsx": ("a.xlsx", lambda trap: xlsx_document(external("worksheet", trap)), "read_archive_unsafe"),
    "other files in ods": ("a.ods", lambda trap: ods(sheet(ODS_LIST), before=external("x", trap)), "read_archive_unsafe"),
    # what points elsewhere
    **{f"vrt named {ending}": (f"a.{ending}", vrt, "read_markup") for ending in ("gpkg", "geojson", "kml", "csv", "zip", "fgb", "xlsx", "ods")},
    "vrt in a kmz": ("a.kmz", lambda trap: zipped(("doc.kml", vrt(trap))), "read_vector_broken"),
    "vrt as a shapefile": ("a.zip", lambda trap: zipped(*((f"a.{part}", vrt(trap)) for part in ("shp", "shx", "dbf"))), "read_vector_broken"),
    "name of an address": ("/vsicurl/http://127.0.0.1/a.gpkg", lambda trap: layer(trap.folder, ONE), (1, 0)),
    "name of a driver": ("PG:dbname=commons.gpkg", lambda trap: layer(trap.folder, ONE), (1, 0)),
    "links in kml": ("a.kml", lambda trap: kml(placemark() + f"<NetworkLink><Link><href>{trap.url}/x.kml</href></Link></NetworkLink><GroundOverlay><Icon><href>{trap.url}/x.png</href></Icon></GroundOverlay>"), (1, 1)),
    "schema of an address in gpx": ("a.gpx", lambda trap: gpx().replace(b"<gpx ", f'<gpx xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 {trap.url}/a.xsd" '.encode()), (1, 0)),
    "crs of an address": ("a.geojson", lambda trap: geojson(POINT).replace(b'"features"', f'"crs": {{"type": "link", "properties": {{"href": "{trap.url}/crs"}}}}, "features"'.encode()), "read_crs_unknown"),
    "crs of an address in parquet": ("a.parquet", lambda trap: geoparquet(ONE, f"{trap.url}/crs"), (1, 0)),
    "macro and outer workbook": ("a.xlsx", lambda trap: xlsx(["id", "nom", "latitude", "longitude"], [1, f"='{trap.url}/[b.xlsx]x'!A1", 50.84, 4.36]), (0, 1)),
    # depth
    "deep properties": ("a.geojson", lambda trap: geojson(POINT, properties='"nom": "A", "a": ' + nested('{"b": ', "}", DEPTH)), "read_json_too_deep"),
    "deep list": ("a.geojson", lambda trap: geojson(POINT, properties='"nom": "A", "a": ' + nested("[", "]", DEPTH)), "read_json_too_deep"),
    "deep coordinates": ("a.geojson", lambda trap: geojson('{"type": "Polygon", "coordinates": ' + nested("[", "]", DEPTH) + "}"), "read_json_too_deep"),
    "deep collections": ("a.geojson", lambda trap: geojson(nested('{"type": "GeometryCollection", "geometries": [', "]}", DEPTH, POINT)), "read_json_too_deep"),
    "deep lines": ("a.geojsonl", lambda trap: b'{"type": "Feature", "properties": {"nom": "A"}, "geometry": null}\n' + nested("[", "]", DEPTH).encode(), "read_json_too_deep"),
    "deep folders in kml": ("a.kml", lambda trap: kml(nested("<Folder>", "</Folder>", DEPTH, placemark())), "read_vector_broken"),
    "deep cells in ods": ("a.ods", lambda trap: ods(sheet(TITLES, row(cell("1"), cell(nested("<text:span>", "</text:span>", DEPTH, "A")), cell("50.84"), cell("4.36")))), (1, 0)),
    "deep cells in xlsx": ("a.xlsx", lambda trap: xlsx_document("", nested("<r>", "</r>", DEPTH, "A")), (0, 1)),
    # numbers that are none
    "csv coordinates": ("a.csv", lambda trap: csv("1,A,NaN,4.36", "2,B,inf,4.36", "3,C,1e308,4.36", "4,D,-Infinity,nan", f"5,E,{'9' * 400},4.36"), (5, 0)),
    **{f"json {number[:9]}": ("a.geojson", lambda trap, number=number: geojson(point(number, 50.84)), "read_json_number") for number in ("NaN", "-Infinity", "1e999", "1" + "0" * 5000)},
    "json 1e308": ("a.geojson", lambda trap: geojson(point("1e308", "1e308")), (1, 0)),
    "json strings": ("a.geojson", lambda trap: geojson(point('"4.36"', "null")), (1, 0)),
    "points at infinity": ("a.gpkg", lambda trap: layer(trap.folder, [shapely.Point(np.inf, 50.84), shapely.Point(np.nan, 50.84), shapely.Point(1e308, 1e308), *ONE]), (4, 0)),
    "points at infinity in parquet": ("a.parquet", lambda trap: geoparquet([shapely.Point(np.inf, 1), shapely.Point(-1e308, 0), *ONE]), (3, 0)),
    "kml coordinates": ("a.kml", lambda trap: kml(placemark("A", "nan,inf") + placemark("B", "1e308,1e308") + placemark("C")), (3, 0)),
    # shapes
    "bow tie": ("a.geojson", lambda trap: geojson(polygon(BOW_TIE)), (1, 0)),
    "bow tie in a layer": ("a.gpkg", lambda trap: layer(trap.folder, [shapely.Polygon(BOW_TIE)]), (1, 0)),
    "ring of one point": ("a.geojson", lambda trap: geojson(polygon([PLACE] * 4)), (1, 0)),
    "ring that is open": ("a.geojson", lambda trap: geojson(polygon(BOW_TIE[:4])), (1, 0)),
    "no ring": ("a.geojson", lambda trap: geojson('{"type": "Polygon", "coordinates": []}', '{"type": "MultiPolygon", "coordinates": [[]]}', '{"type": "GeometryCollection", "geometries": []}'), (3, 0)),
    "bytes that are no shape": ("a.parquet", lambda trap: geoparquet(ONE).replace(shapely.to_wkb(ONE[0])[:5], b"\x01\xff\xff\xff\x7f"), (1, 0)),
    # names that are SQL
    "layer of sql": ("a.gpkg", lambda trap: layer(trap.folder, ONE, name=SQL, columns=("nom", SQL, "%(dataset_id)s")), (1, 0)),
    "titles of sql": ("a.csv", lambda trap: csv("1,A,50.84,4.36,x,y,z", header=f'id,nom,latitude,longitude,"{SQL.replace(chr(34), chr(34) * 2)}",%s,"\'); SELECT pg_sleep(60); --"'), (1, 0)),
    "members of sql": ("a.geojson", lambda trap: geojson(POINT, properties=f'"nom": "A", {json.dumps(SQL)}: "{{}}", "$1": "%s"'), (1, 0)),
    "values of sql": ("a.csv", lambda trap: csv("'); DELETE FROM commons.upload; --,\\x00'; --,50.84,4.36", "%(upload_id)s,$$B;--,50.84,4.36"), (2, 0)),
    # formulas
    "formulas in xlsx": ("a.xlsx", lambda trap: xlsx(["id", "nom", "latitude", "longitude"], [1, '=WEBSERVICE("x")', 50.84, 4.36], [2, "B", 50.84, 4.36]), (1, 1)),
    "formulas in ods": ("a.ods", lambda trap: ods(sheet(TITLES, row(cell("1"), cell("A", formula=f'of:=WEBSERVICE("{trap.url}")'), cell("50.84"), cell("4.36")))), (1, 0)),
    "formulas in csv": ("a.csv", lambda trap: csv(f'1,"{RUN}",50.84,4.36', f'"{RUN}",,50.84,4.36'), (1, 1)),
    # text that is none
    "csv of zeros": ("a.csv", lambda trap: csv("1,A,50.84,4.36") + bytes(1000), "read_not_text"),
    "csv of half characters": ("a.csv", lambda trap: csv("1,A,50.84,4.36").decode().encode("utf-16")[:-1], "read_not_text"),
    "json of half a pair": ("a.geojson", lambda trap: geojson(POINT, properties='"nom": "\\ud800"'), "read_not_text"),
    "json member twice": ("a.geojson", lambda trap: geojson(POINT, properties='"nom": "A", "visibility": "withheld", "visibility": "public"'), "read_json_key_twice"),
    "csv of 100 000 columns": ("a.csv", lambda trap: b"a" + b"," * 100_000 + b"\nb" + b"," * 100_000, "read_too_many_columns"),
    "csv line without end": ("a.csv", lambda trap: b"nom\n" + b"a" * 3_000_000, "read_line_too_long"),
    "csv quote without end": ("a.csv", lambda trap: csv('1,"A,50.84,4.36', *(f"{n},B,50.84,4.36" for n in range(2, 20_002))), (20_000, 1)),
    "csv quotes that open in every line": ("a.csv", lambda trap: csv(*('1,A","50.84,4.36' for _ in range(20_000))), "read_quotes_often"),
    "parquet of lists": ("a.parquet", lambda trap: parquet(nom=["A"], lists=[[[[1, 2], [3]]]], bytes=[b"\x00\xff"]), (1, 0)),
}  # fmt: skip
