"""OpenDocument spreadsheets made by hand, so that a test can write what no program would."""

import io
import zipfile

NAMES = ("office", "table", "text", "style")
NAMESPACES = " ".join(
    [f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES]
    + ['xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"']
    + ['xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"']
    + ['xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"']
)
STYLES = (
    '<office:automatic-styles><style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>'
    '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>'
)
MANIFEST = '<manifest:manifest xmlns:manifest="m"/>'
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(*sheets, manifest=MANIFEST, before="", encoding="utf-8"):
    """Return the bytes of an ODS; `before` stands before its root element, and of no sheets but None comes no content."""
    body = "".join(sheet for sheet in sheets if sheet)
    root = f"<office:document-content {NAMESPACES}>{STYLES}<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        if sheets != (None,):
            document = f'<?xml version="1.0" encoding="{encoding}"?>{before}{root}'
            archive.writestr("content.xml", document.encode(encoding))
    return buffer.getvalue()


def sheet(*rows, style="ta1"):
    return f'<table:table table:name="Feuille" table:style-name="{style}">{"".join(rows)}</table:table>'


def row(*cells):
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def cell(text, kind=None, formula=None, **attributes):
    told = "".join(f' office:{name}="{value}"' for name, value in attributes.items())
    told += f' office:value-type="{kind}"' if kind else ""
    told += f" table:formula='{formula}'" if formula else ""
    return f"<table:table-cell{told}><text:p>{text}</text:p></table:table-cell>"


def repeated(element, times):
    """Return the row or cell with how often it is repeated."""
    kind = "rows" if element.startswith("<table:table-row") else "columns"
    name, rest = element[: element.index(">")], element[element.index(">") :]
    return f'{name} table:number-{kind}-repeated="{times}"{rest}'
