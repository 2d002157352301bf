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
from ingest.notices import NoticeCode, Severity
from ingest.report.account import UploadAccount
from ingest.report.words import communes_table, moment_text, place_text, place_texts, rows_text

FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


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


def as_text(told: str) -> str:
    r"""Return a partner's text on one line, so that it runs in no spreadsheet into which the page is pasted.

    >>> as_text("=1+1"), as_text(" Mes\nlieux ")
    ("'=1+1", 'Mes lieux')
    """
    text = " ".join(told.split())
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


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
        "remarks": _remarks(account, language),
    }


def reader_text(effect: Effect, language: Language) -> str:
    """Return who reads: an audience, or a named partner."""
    return effect.partner or translate(f"audience.{effect.audience}", language)


def _remarks(account: UploadAccount, language: Language) -> list[tuple[Severity, list[dict[str, Any]]]]:
    """Return the remarks by how grave they are, each code once with the columns and rows that it is about."""
    told: dict[Severity, dict[NoticeCode, list[str]]] = {}
    for line in account.notices.to_dict("records"):
        code = NoticeCode[line["code"]]
        rows = rows_text(int(line["rows"]), line["first_rows"], language)
        where = place_text(as_text(line["column"] or ""), rows, language)
        told.setdefault(code.severity, {}).setdefault(code, []).extend([where] if where else [])
    return [
        (
            severity,
            [
                {"code": code.value, "what": code.what(language), "fix": code.fix(language), "where": where}
                for code, where in told[severity].items()
            ],
        )
        for severity in Severity
        if severity in told
    ]
