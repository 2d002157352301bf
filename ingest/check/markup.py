"""Texts that came as HTML, as people read them: of a web page's tags, entities and links only the words stay."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ingest.check.draft import Draft, Finding
from ingest.map.fields import FLAG_FIELDS
from ingest.notices import NoticeCode
from ingest.patterns import contains, only, per_value
from ingest.quick import may_hold

KEPT = frozenset({"partner_key", *FLAG_FIELDS})
"""An id stays the one that the partner knows, and no consent is read out of markup."""
_BREAKS = "article|blockquote|br|dd|div|dl|dt|figure|h[1-6]|hr|li|ol|p|pre|section|table|tr|ul"
"""Before and after these a line ends."""
_WITHIN = (
    "a|abbr|b|big|center|code|del|em|font|i|iframe|img|ins|label|mark|s|script|small|span|strike|strong|style|sub|sup|tbody|td"
    "|th|thead|u|video"
)
_ATTRIBUTES = "(?:[ \n\t/][^<>]*)?/?"
MARKUP = (
    f"(?i)</?(?:{_BREAKS}|{_WITHIN}){_ATTRIBUTES}>|<!--"
    "|&(?:[a-z]{2,8}[0-9]?|#[0-9]{1,6}|#x[0-9a-f]{1,6});"
)
"""Tags that editors of texts make, and entities: "a < b" and "<info@exemple.be>" are neither."""
LINES = re.compile(rf"<(?:{_BREAKS})[ />]", re.IGNORECASE)
UNSEEN = frozenset({"script", "style", "iframe", "video"})
LAYERS = 2
"""A text may have been escaped on its way: then its tags show only once it was read."""


def check_markup(draft: Draft) -> Iterator[Finding]:
    """Make plain text of every text that has markup in it. Runs first: what follows sees the words alone."""
    for name in map(str, draft.source.fields):
        if name in KEPT or not may_hold(draft.columns[name], "<&"):
            continue
        marked = contains(draft.columns[name], MARKUP)
        if marked.any():
            draft.columns[name] = only(
                marked, lambda texts: per_value(texts, plain_text).astype("str"), draft.columns[name]
            )
            yield Finding(NoticeCode.MARKUP_REMOVED, marked, name)


def plain_text(html: str) -> str | None:
    r"""Return the words of an HTML text, its lines as on a page, and where its links lead; None where it has none.

    >>> plain_text('Ouvert <b>mardi</b>.<br>Voir <a href="https://exemple.be">le site</a> &amp; co')
    'Ouvert mardi.\nVoir le site (https://exemple.be) & co'
    """
    text = html
    for _ in range(LAYERS):
        if not re.search(MARKUP, text):
            break
        reader = _Reader(is_page=bool(LINES.search(text)))
        reader.feed(text)
        reader.close()
        text = re.sub(r"[ \t]*\n\s*", "\n", "".join(reader.parts)).strip()
    return text or None


class _Reader(HTMLParser):
    """Collects the words of a page, or of a text with a few tags in it, whose lines are its own."""

    def __init__(self, *, is_page: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._is_page = is_page
        self.parts: list[str] = []
        self._unseen = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a link, or what nobody sees."""
        if tag in UNSEEN:
            self._unseen += 1
        elif re.fullmatch(_BREAKS, tag):
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag == "a":
            self._links.append(((dict(attrs).get("href") or "").strip(), len(self.parts)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what has no end, as `<br/>`."""
        if tag not in UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """End a line, a link, or what nobody sees."""
        if tag in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif re.fullmatch(_BREAKS, tag):
            self.parts.append("\n")
        elif tag == "a" and self._links:
            address, start = self._links.pop()
            target = re.sub("^(?:mailto|tel):", "", address)
            if re.match("https?://|mailto:|tel:", address) and target not in "".join(self.parts[start:]):
                self.parts.append(f" ({target})")

    def handle_data(self, data: str) -> None:
        """Take words as they stand; what breaks a line in a page's source is a blank on the page."""
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data) if self._is_page else data)
