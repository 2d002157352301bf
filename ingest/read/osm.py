"""OpenStreetMap's XML without what its editor marked as deleted."""

import re
from pathlib import Path
from xml.sax import make_parser
from xml.sax.handler import feature_external_ges, feature_external_pes
from xml.sax.saxutils import XMLFilterBase, XMLGenerator
from xml.sax.xmlreader import AttributesImpl

MARK = re.compile(rb"""action\s*=\s*["']delete|visible\s*=\s*["']false""")


class _Filter(XMLFilterBase):
    """Passes on what is not deleted, and counts what is."""

    left_out = 0
    _depth = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        if self._depth or attrs.get("action") == "delete" or attrs.get("visible") == "false":
            self.left_out += not self._depth
            self._depth += 1
        else:
            super().startElement(name, attrs)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's name
        if self._depth:
            self._depth -= 1
        else:
            super().endElement(name)

    def characters(self, content: str) -> None:
        if not self._depth:
            super().characters(content)


def write_undeleted(source: Path, target: Path) -> int:
    """Write the document without its deleted elements; return how many there were, and write nothing for none.

    The document has no document type, which was refused before.
    """
    if not MARK.search(source.read_bytes()):
        return 0
    reader = make_parser()  # noqa: S317 - no document type, so no entities
    for feature in (feature_external_ges, feature_external_pes):
        reader.setFeature(feature, False)
    undeleted = _Filter(reader)
    with target.open("w", encoding="utf-8") as file:
        undeleted.setContentHandler(XMLGenerator(file, "utf-8"))
        undeleted.parse(str(source))
    return undeleted.left_out
