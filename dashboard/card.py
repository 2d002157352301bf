"""The card of one alternative: what its sources let everyone know, each text as text."""

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from commons.i18n import translate
from commons.vocabulary import Language, Precision
from dashboard.session import say
from dashboard.words import Row, category_label, day, has, plain, text_of, web_address

PLAIN_FIELDS = (
    "phone",
    "email",
    "contact_person",
    "contact_email",
    "contact_phone",
    "opening_hours",
    "legal_form",
)


def show_card(
    row: Row, participations: Sequence[Row], district_names: Mapping[str, str], language: Language
) -> None:
    """Show the card of a released alternative; `participations` are its own."""
    st.header(plain(text_of(row, "name", language)), anchor=False)
    st.caption(plain(category_label(row["category"], language)))
    if description := text_of(row, "description", language):
        st.text(description)
    _facts(
        {
            "place": _place(row, district_names, language),
            "address": _address(row),
            **{field: str(row[field]) for field in PLAIN_FIELDS if has(row[field])},
            "founded_on": _since(row["founded_on"], language),
            "mutualisations": "\n".join(_mutualisation(told, language) for told in _current(participations)),
            "offers": _kinds(row["offers"], language),
            "needs": _kinds(row["needs"], language),
        }
    )
    if (address := web_address(row["website"])) is not None:
        st.link_button(say("card.website"), address, icon=":material/open_in_new:")
    attributions = " · ".join(map(str, row["attributions"]))
    st.caption(
        plain(say("card.source", attributions=attributions, licences=", ".join(map(str, row["licences"]))))
        + "  \n"
        + say("card.updated", day=day(row["updated_on"], language))
    )


def _facts(facts: Mapping[str, str]) -> None:
    for name, text in facts.items():
        if text:
            with st.container(gap=None):
                st.caption(say(f"card.{name}"))
                st.text(text)


def _place(row: Row, names: Mapping[str, str], language: Language) -> str:
    """Return where it is in words: how precisely, and in which neighbourhood and commune."""
    where = ", ".join(
        names[code] for code in (row["neighbourhood"], row["commune"]) if has(code) and code in names
    )
    said = translate(f"dashboard.card.precision.{Precision(row['precision'])}", language)
    return f"{where} ({said})" if where else said


def _address(row: Row) -> str:
    street = " ".join(str(row[part]) for part in ("street", "house_number") if has(row[part]))
    town = " ".join(str(row[part]) for part in ("postcode", "municipality") if has(row[part]))
    return "\n".join(line for line in (street, town) if line)


def _since(founded_on: object, language: Language) -> str:
    return day(founded_on, language) if isinstance(founded_on, date) else ""


def _current(participations: Sequence[Row]) -> list[Row]:
    today = date.today()  # noqa: DTZ011 - the reader's own day
    return [told for told in participations if not has(told["until_on"]) or told["until_on"] > today]


def _mutualisation(told: Row, language: Language) -> str:
    kind = translate(f"resource_kind.{told['resource_kind']}", language) if has(told["resource_kind"]) else ""
    since = say("card.since", year=told["since_on"].year) if has(told["since_on"]) else ""
    more = ", ".join(part for part in (kind, since) if part)
    return f"{told['title']} ({more})" if more else str(told["title"])


def _kinds(codes: Sequence[str], language: Language) -> str:
    return ", ".join(translate(f"resource_kind.{code}", language) for code in codes)
