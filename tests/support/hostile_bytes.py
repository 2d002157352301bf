"""Archives, documents and layers as an attacker makes them, to be put together in `hostile.py`."""

import io
import json
import sqlite3
import struct
import zipfile
import zlib

import geopandas as gpd
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

PLACE = (4.36, 50.84)
POINT = '{"type": "Point", "coordinates": [4.36, 50.84]}'
SHEET = "xl/worksheets/sheet1.xml"


def csv(*rows, header="id,nom,latitude,longitude"):
    return "\n".join([header, *rows, ""]).encode()


def geojson(*geometries, properties='"nom": "A"'):
    features = (
        f'{{"type": "Feature", "properties": {{{properties}}}, "geometry": {geometry}}}'
        for geometry in geometries
    )
    return f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}'.encode()


def point(x, y):
    return f'{{"type": "Point", "coordinates": [{x}, {y}]}}'


def nested(opening, closing, depth, middle="1"):
    return opening * depth + middle + closing * depth


def doctype(root, *entities):
    return f"<!DOCTYPE {root} [{''.join(f'<!ENTITY {entity}>' for entity in entities)}]>"


def laughs(root):
    """Return a document type whose entity `a` is two letters a thousand million times."""
    steps = (f'a{n} "{f"&a{n - 1};" * 10}"' for n in range(1, 10))
    return doctype(root, 'a0 "ha"', *steps, 'a "&a9;"')


def kml(body, before=""):
    space = 'xmlns="http://www.opengis.net/kml/2.2"'
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<kml {space}><Document>{body}</Document></kml>'.encode()


def placemark(name="A", at="4.36,50.84", more=""):
    return f"<Placemark><name>{name}</name>{more}<Point><coordinates>{at}</coordinates></Point></Placemark>"


def gpx(before="", name="A"):
    space = 'version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"'
    body = f'<wpt lat="50.84" lon="4.36"><name>{name}</name></wpt>'
    return f'<?xml version="1.0"?>{before}<gpx {space}>{body}</gpx>'.encode()


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def with_member(content, name, change):
    """Return the archive with one member changed by a function of its text."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = [(member, source.read(member)) for member in source.namelist()]
    return zipped(*((member, change(told.decode()) if member == name else told) for member, told in members))


def lying(content):
    """Return the archive whose directory says that its first member is small."""
    changed = bytearray(content)
    for marker, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", changed, content.index(marker) + offset, 1000)
    return bytes(changed)


def overlapping(members):
    """Return an archive all of whose members are the same few bytes of it, a megabyte each when unpacked."""
    size = 1_000_000
    packer = zlib.compressobj(9, wbits=-15)
    body = packer.compress(b"0" * size) + packer.flush()
    names = [b"xl/workbook.xml", *(b"xl/%015d" % number for number in range(members))]
    checksum = zlib.crc32(b"0" * size)
    local = struct.pack(
        "<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, checksum, len(body), size, len(names[0]), 0
    )
    entry = struct.pack("<IHHHHHHIII", 0x02014B50, 20, 20, 0, 8, 0, 0, checksum, len(body), size)
    entries = b"".join(entry + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name for name in names)
    front = local + names[0] + body
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(names), len(names), len(entries), len(front), 0)
    return front + entries + end


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


LIST = xlsx(["id", "nom", "latitude", "longitude"], [1, "A", 50.84, 4.36])


def xlsx_document(before, name="&a;"):
    """Return a workbook with a document type before its sheet, and a name in which its entity stands."""

    def change(xml):
        assert "<t>A</t>" in xml
        return xml.replace("<worksheet", before + "<worksheet", 1).replace("<t>A</t>", f"<t>{name}</t>")

    return with_member(LIST, SHEET, change)


def layer(folder, geometries, *, driver="GPKG", ending="gpkg", name="lieux", columns=("nom",)):
    """Return the bytes of a layer that GDAL writes, with a name in each column."""
    path = folder / f"made.{ending}"
    values = {column: [f"n{number}" for number in range(len(geometries))] for column in columns}
    gpd.GeoDataFrame(values, geometry=list(geometries), crs=4326).to_file(path, driver=driver, layer=name)
    content = path.read_bytes()
    path.unlink()
    return content


def endless_view(folder):
    """Return a GeoPackage whose layer is a view that computes rows without end."""
    path = folder / "view.gpkg"
    path.write_bytes(layer(folder, [shapely.Point(PLACE)]))
    database = sqlite3.connect(path)
    database.execute("ALTER TABLE lieux RENAME TO kept")
    numbers = "WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n)"
    database.execute(f"CREATE VIEW lieux AS {numbers} SELECT n.fid, k.geom, k.nom FROM n, kept k")
    database.commit()
    database.close()
    content = path.read_bytes()
    path.unlink()
    return content


def shapefile(folder, *more, prefix=""):
    """Return the parts of a zipped shapefile, by name, and what is put beside them."""
    frame = gpd.GeoDataFrame({"nom": ["A"]}, geometry=[shapely.Point(PLACE)], crs=4326)
    frame.to_file(folder / "lieux.shp", encoding="utf-8")
    parts = [(f"{prefix}{part.name}", part.read_bytes()) for part in sorted(folder.glob("lieux.*"))]
    return zipped(*parts, *more)


def with_link(content, name, target):
    """Return the archive in which a member is a symbolic link to the target."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = [(member, source.read(member)) for member in source.namelist() if member != name]
    link = zipfile.ZipInfo(name)
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return zipped((link, str(target)), *members)


def parquet(**columns):
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def geoparquet(geometries, crs=None):
    """Return a GeoParquet whose metadata say of the CRS what one likes."""
    table = pa.table(
        {"nom": ["A"] * len(geometries), "geometry": [shapely.to_wkb(shape) for shape in geometries]}
    )
    column = {"encoding": "WKB", "geometry_types": [], **({"crs": crs} if crs else {})}
    about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(about)}), buffer)
    return buffer.getvalue()
