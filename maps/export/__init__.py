"""A view of the map as one HTML file: a picture, a list, sources; it asks nothing of anywhere and runs no script."""

from base64 import b64encode
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from commons.categories.scheme import category_names
from commons.i18n import translate
from commons.i18n.numbers import written_day, written_number
from commons.release import Released
from commons.vocabulary import Language, Precision
from maps.entries import PLAIN_FIELDS, Entries, Entry, filter_words, read_entries
from maps.export.picture import picture_of
from maps.filters import Filters
from maps.places import count_form
from maps.poster.letters import clean
from maps.poster.terrain import Terrain, border_sources

__all__ = ["MOST_EXPORTED", "export_entries", "export_page"]

MOST_EXPORTED = 1000
"""Some two megabytes, and a second of one core; more are had part by part, as the file says."""
LONGEST_DESCRIPTION = 400


def export_entries(reader: Released, language: Language, filters: Filters, at: datetime) -> Entries:
    """Return what the file tells of."""
    return read_entries(reader, language, filters, most=MOST_EXPORTED, at=at)


def export_page(
    reader: Released,
    *,
    language: Language,
    filters: Filters,
    address: str,
    at: datetime,
    terrain: Terrain | None = None,
    entries: Entries | None = None,
) -> str:
    """Return the file: the first `MOST_EXPORTED` by name of what the reader sees now and the filters let through.

    `entries` are these where they have been read (`export_entries`).
    `address` is that of the living map; `terrain` that of the district that the filters name, if it is a commune or a
    neighbourhood. The same question of the same release gives the same text on one day. Raises CommonsError.
    """
    entries = entries or export_entries(reader, language, filters, at)
    style = Markup((files("maps.export") / "export.css").read_text("utf-8"))  # noqa: S704 - a file of ours
    form = count_form(entries.count, is_more=entries.is_more)
    said = [clean(text) for text in filter_words(filters, language, entries.texts("attributions"))]
    number = written_number(entries.count, language)
    return _template().render(
        language=language.value,
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        say=lambda key, **values: translate(f"export.{key}", language, **values),
        label=lambda key: translate(f"dashboard.{key}", language),
        district=clean(terrain.district.name) if terrain else "",
        count=translate(f"poster.count.{form}", language, count=number),
        filters=said,
        most=written_number(MOST_EXPORTED, language) if entries.count > len(entries.rows) else "",
        total=number,
        exact=translate("map.sign.exact", language),
        picture=Markup(picture_of(reader, entries.rows, terrain, language)),  # noqa: S704 - its texts are escaped
        entries=[_told(entry, language) for entry in entries.rows],
        attributions=entries.texts("attributions"),
        licences=entries.texts("licences"),
        borders=border_sources(reader),
        day=written_day(at.date(), language),
        address=address,
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("maps", "export"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = clean
    return environment.get_template("export.html")


def _told(entry: Entry, language: Language) -> dict[str, Any]:
    """Return what the list says of an entry: `facts` are the fields' names and texts."""
    described = clean(entry["description"][: 4 * LONGEST_DESCRIPTION])
    if len(described) > LONGEST_DESCRIPTION:
        described = described[:LONGEST_DESCRIPTION].rsplit(" ", 1)[0] + " …"
    website = clean(entry["website"] or "")
    kinds = {
        field: ", ".join(translate(f"resource_kind.{kind}", language) for kind in entry[field])
        for field in ("offers", "needs")
    }
    grade = entry["charter_grade"]
    facts = {
        "card.address": _address(entry),
        **{f"card.{field}": entry[field] or "" for field in PLAIN_FIELDS},
        "field.enterprise_number": entry["enterprise_number"] or "",
        "card.founded_on": written_day(entry["founded_on"], language) if entry["founded_on"] else "",
        "card.mutualisations": ", ".join(entry["mutualisations"]),
        "card.offers": kinds["offers"],
        "card.needs": kinds["needs"],
        "explore.grade": translate(f"charter_grade.{grade}", language) if grade else "",
    }
    return {
        "id": entry["id"],
        "name": clean(entry["name"]),
        "category": category_names(language).get(entry["category"], ""),
        "place": translate(f"dashboard.card.precision.{Precision(entry['precision'])}", language),
        "description": described,
        "facts": [(name, text) for name, said in facts.items() if (text := clean(said))],
        "website": website,
        "may_link": website.startswith(("https://", "http://")),
        "attributions": [clean(text) for text in entry["attributions"]],
        "licences": entry["licences"],
        "updated_on": written_day(entry["updated_on"], language) if entry["updated_on"] else "",
    }


def _address(entry: Entry) -> str:
    parts = (("street", "house_number"), ("postcode", "municipality"))
    lines = (" ".join(entry[part] for part in line if entry[part]) for line in parts)
    return ", ".join(line for line in lines if line)
