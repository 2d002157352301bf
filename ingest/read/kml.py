"""KML written anew for its driver, which loses data of a schema that is nowhere declared, and the accents of names."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

BLOCK_BYTES = 1_048_576
SCHEMA_DATA = re.compile(rb"</?(?:\w+:)?SchemaData\b[^>]*>")
SIMPLE_DATA = re.compile(rb"<(/?)((?:\w+:)?)SimpleData\b([^>]*?)(/?)>")
NAMED = re.compile(rb"(<(?:\w+:)?(?:Data|SimpleData)\b[^>]*?\bname\s*=\s*)(?:\"([^\"]*)\"|'([^']*)')")
MARK = "data_"
"""Put before the name of every datum: the driver loses one that is called as an element is ("visibility")."""


def write_plain_data(source: Path, target: Path) -> dict[str, str]:
    """Write the document with every `SimpleData` as `Data`, which needs no schema; return what the data are called.

    The answer is by the driver's names, which begin with `MARK`; an underscore stands there for every byte that is
    neither a letter nor a digit. Of several names that become one, the driver's stays, without its mark.
    """
    names: dict[str, set[str]] = {}
    with target.open("wb") as file:
        for piece in _pieces(source):
            for found in NAMED.finditer(piece):
                name = html.unescape((found[2] or found[3] or b"").decode("utf-8", "replace"))
                names.setdefault(laundered(name), set()).add(name)
            marked = NAMED.sub(_marked, SCHEMA_DATA.sub(b"", piece))
            file.write(SIMPLE_DATA.sub(_as_data, marked))
    return {MARK + short: whole.pop() if len(whole) == 1 else short for short, whole in names.items()}


def laundered(name: str) -> str:
    """Return what the driver calls data of this name.

    >>> laundered("Téléphone 1")
    'T__l__phone_1'
    """
    return re.sub(rb"[^A-Za-z0-9]", b"_", name.encode()).decode()


def _marked(found: re.Match[bytes]) -> bytes:
    begun, double, single = found.groups()
    quote, name = (b'"', double) if double is not None else (b"'", single)
    return begun + quote + MARK.encode() + name + quote


def _as_data(found: re.Match[bytes]) -> bytes:
    is_end, prefix, attributes, is_empty = found.groups()
    if is_end:
        return b"</%bvalue></%bData>" % (prefix, prefix)
    end = b"</%bvalue></%bData>" % (prefix, prefix) if is_empty else b""
    return b"<%bData%b><%bvalue>" % (prefix, attributes, prefix) + end


def _pieces(source: Path) -> Iterator[bytes]:
    """Yield the document in pieces, none of which ends within a tag."""
    rest = b""
    with source.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            text = rest + block
            end = max(text.rfind(b"<"), 0)
            yield text[:end]
            rest = text[end:]
    yield rest
