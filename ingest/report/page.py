"""The report of an upload as one HTML file: without a script or anything from elsewhere, to be kept and printed."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from commons.consent.effects import Effect
from commons.i18n import translate
from commons.i18n.numbers import written_number
from commons.vocabulary import Language
from ingest.report.account import UploadAccount
from ingest.report.words import as_text, communes_table, moment_text, place_texts, remarks


def report_page(account: UploadAccount, picture: str, language: Language) -> str:
    """Return the report. `picture` is an HTML figure of ours; everything else put into the page is escaped."""
    style = Markup((files("ingest.report") / "report.css").read_text("utf-8"))  # noqa: S704 - a file of ours
    digest = b64encode(sha256(style.encode()).digest()).decode()
    page = _template().render(
        language=language.value,
        style=style,
        style_hash=digest,
        picture=Markup(picture) if len(account.fates.marks) else "",  # noqa: S704 - drawn by `maps`
        say=lambda key, **values: translate(f"report.{key}", language, **values),
        **_context(account, language),
    )
    return page + "\n"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ingest", "report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_text"] = as_text
    return environment.get_template("report.html")


def _context(account: UploadAccount, language: Language) -> dict[str, Any]:
    sent, fates = account.sent, account.fates
    communes = communes_table(fates, language)
    return {
        "account": account,
        "sent": sent,
        "uploaded_at": moment_text(sent.uploaded_at, language),
        "undone_at": moment_text(sent.undone_at, language) if sent.undone_at else "",
        "number": lambda count: "\N{EN DASH}" if count is None else written_number(count, language),
        "field_label": lambda field: translate(f"dashboard.field.{field}", language),
        "changes": {name: getattr(sent, name) for name in ("new", "changed", "unchanged", "gone")},
        "places": place_texts(account, language),
        "communes": {"head": list(communes.columns), "rows": communes.to_numpy().tolist()},
        "effects": [
            (reader_text(effect, language), effect.appeared, effect.vanished, effect.changed)
            for effect in account.effects or ()
        ],
        "remarks": remarks(account.notices, language),
    }


def reader_text(effect: Effect, language: Language) -> str:
    """Return who reads: an audience, or a named partner."""
    return effect.partner or translate(f"audience.{effect.audience}", language)
