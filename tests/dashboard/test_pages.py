"""Every page, in every language, with nothing and with something to show; what filters find; what a card tells."""

import re
from datetime import date

import pytest

from builders import make_dataset, make_record, open_terms
from commons.categories.scheme import categories
from commons.database.connection import Role
from commons.i18n import translate
from commons.partners import find_dataset, find_partner, issue_token
from commons.vocabulary import Language, Precision, Visibility
from ingest.map.saved import latest_mapping
from ingest.merge.merge import merge

PAGES = ("explore", "coverage", "research", "upload")
TEXTS = (
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "text",
    "info",
    "warning",
    "button",
    "selectbox",
)
HOSTILE = '[x](https://evil.example) <img src=x onerror="alert(1)"> :smile: www.evil.example'


def texts_of(app):
    found = [element.value for kind in TEXTS[:-2] for element in getattr(app, kind)]
    return found + [element.label for kind in TEXTS[-2:] for element in getattr(app, kind)]


def assert_fine(app):
    assert not app.exception
    assert [error.value for error in app.error] == []
    assert not [text for text in texts_of(app) if "dashboard." in str(text) or "{" in str(text)]


@pytest.fixture(scope="module")
def filling(module_database):
    fill(module_database)


@pytest.fixture
def filled(filling, shared_database):
    """Three alternatives, for tests that change nothing."""
    return shared_database


@pytest.fixture
def own_filled(database):
    """The same, for a test that changes something."""
    fill(database)
    return database


def fill(database):
    with database.admin() as connection:
        dataset = make_dataset(connection, "voisins", open_terms())
        make_record(
            connection,
            dataset,
            name="Épicerie du Canal",
            name_nl="Kruidenier van het Kanaal",
            category="food",
            founded_on=date(2014, 5, 1),
            website="https://canal.example.org/",
            street="Rue Haute",
            house_number="12",
            offers=["tools", "skills"],
        )
        make_record(connection, dataset, name="Atelier vélo", category="mobility", place=(4.35, 50.87))
        make_record(connection, dataset, name="Jardin fini", category="food", ended_on=date(2020, 1, 1))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_with_nothing_to_show(unchanged_database, open_page, name, language):
    assert_fine(open_page(name, lang=language.value))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_with_something_to_show(filled, open_page, name, language):
    app = open_page(name, lang=language.value)
    assert_fine(app)
    assert [title.value for title in app.title] == [translate(f"dashboard.{name}.title", language)]


@pytest.mark.parametrize("name", PAGES)
def test_a_database_without_any_table_is_no_traceback(empty_database, open_page, name):
    app = open_page(name, lang="en")
    assert not app.exception
    told = [error.value for error in app.error]
    assert told
    assert not [text for text in told if "relation" in text or "Traceback" in text]


def test_a_page_without_districts_says_so(database, open_page):
    with database.connect(Role.ADMIN) as connection:
        connection.execute("UPDATE reference.district SET is_current = false")
    for name in PAGES[:3]:
        app = open_page(name, lang="en")
        assert_fine(app)
        assert "commons districts load" in app.info[0].value


def said(app, name):
    """Return what the address says, always as a list."""
    value = app.query_params[name]
    return value if isinstance(value, list) else [value]


def hits(app):
    return [button.label for button in app.button if button.key and button.key.startswith("open-")]


def test_what_has_ended_is_not_shown(filled, open_page):
    assert len(hits(open_page())) == 2


@pytest.mark.parametrize("text", ["epicerie", "KANAAL", "canal du", "  Épi "])
def test_a_search_needs_neither_case_nor_accents_nor_the_pages_language(filled, open_page, text):
    app = open_page()
    app.text_input(key="q").set_value(text).run()
    assert len(hits(app)) == 1
    assert "picerie du Canal" in hits(app)[0]
    assert said(app, "q") == [text]


def test_a_filter_of_the_address_holds_and_survives_another_language(filled, open_page):
    app = open_page(lang="fr", cat=["food"], q="canal")
    assert len(hits(app)) == 1
    app.segmented_control(key="lang").set_value("nl").run()
    assert_fine(app)
    assert "Kruidenier" in hits(app)[0]
    assert app.multiselect(key="cat").value == ["food"]
    assert (said(app, "lang"), said(app, "cat")) == (["nl"], ["food"])


def test_a_language_that_the_browser_loses_stays(filled, open_page):
    """After a page is chosen while the first one is still arriving, Streamlit tells that nothing is chosen."""
    app = open_page("explore", lang="nl")
    app.segmented_control(key="lang").set_value(None).run()
    assert_fine(app)
    assert app.title[0].value == translate("dashboard.explore.title", "nl")
    assert said(app, "lang") == ["nl"]


def test_an_address_that_asks_for_what_there_is_not_is_put_right(filled, open_page):
    app = open_page(lang="xx", cat=["food", "drugs"], district="nowhere", level="galaxy")
    assert_fine(app)
    assert said(app, "lang") == ["fr"]
    assert said(app, "cat") == ["food"]
    assert "district" not in app.query_params
    assert_fine(open_page("research", level="galaxy", district="x", **{"from": "1", "to": "3000"}))


def test_categories_choose_any_of_them(filled, open_page):
    app = open_page()
    app.multiselect(key="cat").set_value(["mobility", categories()[-1].code]).run()
    assert len(hits(app)) == 1


def test_nothing_found_is_said(filled, open_page):
    app = open_page(lang="en", q="zzz")
    assert hits(app) == []
    assert [info.value for info in app.info] == [
        "No public alternative matches. Remove a filter or change a word."
    ]


def test_a_row_of_the_list_opens_the_card_and_the_address_names_it(filled, open_page):
    app = open_page(lang="en")
    button = next(button for button in app.button if button.label.startswith("**Épicerie"))
    button.click().run()
    assert_fine(app)
    told = [text.value for text in app.text]
    assert "Rue Haute 12" in told
    assert "tools and equipment, skills" in told
    assert said(app, "id") == [button.key.removeprefix("open-")]
    assert any(r"CC\-BY\-4\.0" in caption.value for caption in app.caption)


def test_an_alternative_that_is_not_public_is_told_so(filled, open_page):
    app = open_page(lang="en", id="00000000-0000-4000-8000-000000000000")
    assert_fine(app)
    assert app.info[0].value == "This alternative is not, or no longer, public."


@pytest.mark.parametrize(
    "precision", [p for p in Precision if p not in (Precision.EXACT, Precision.WITHHELD)]
)
def test_a_place_is_told_no_finer_than_it_is_published(database, open_page, precision):
    with database.connect(Role.ADMIN) as connection:
        dataset = make_dataset(connection, terms=open_terms(precision=precision))
        make_record(connection, dataset, name="Here", street="Rue Haute", house_number="12")
    app = open_page(lang="en")
    next(button for button in app.button if button.label.startswith("**Here")).click().run()
    told = [text.value for text in app.text]
    assert any(
        f"to the {'statistical sector' if precision == 'sector' else precision}" in text for text in told
    )
    assert not any("Rue Haute" in text for text in told)


def test_a_partners_words_never_become_markdown(database, open_page):
    with database.connect(Role.ADMIN) as connection:
        dataset = make_dataset(connection, terms=open_terms())
        make_record(connection, dataset, name=HOSTILE, description=HOSTILE, website="javascript:alert(1)")
    app = open_page(lang="en")
    next(button for button in app.button if button.key and button.key.startswith("open-")).click().run()
    marked = [e.value for kind in ("markdown", "header", "caption") for e in getattr(app, kind)]
    marked = [text for text in [*marked, *(button.label for button in app.button)] if "evil" in text]
    assert len(marked) == 2
    assert not [text for text in marked if re.search(r"(?<!\\)[\[\]<>]|:smile:|www\.", text)]
    assert [text.value for text in app.text].count(HOSTILE) == 1
    assert {button.proto.url.partition("?")[0] for button in app.get("link_button")} == {"/propose"}


def test_research_says_no_when_the_years_are_reversed(filled, open_page):
    app = open_page("research", lang="en", **{"from": "2025", "to": "2015"})
    assert_fine(app)
    assert len(app.warning) == 1


def test_upload_asks_for_a_token_and_shows_nothing_for_a_wrong_one(filled, open_page):
    app = open_page("upload", lang="en")
    assert len(app.text_input) == 1
    app.text_input[0].set_value("bxl_wrong_token")
    app.button[0].click().run()
    assert not app.exception
    assert "not known" in app.error[0].value
    assert len(app.selectbox) == 0


def test_upload_opens_a_partners_own_datasets_and_the_token_is_in_no_address(own_filled, open_page):
    with own_filled.connect(Role.INGEST) as connection:
        make_dataset(connection, "others", open_terms())
        token = issue_token(connection, find_partner(connection, "partner-of-voisins"))
    app = open_page("upload", lang="en")
    app.text_input[0].set_value(token)
    app.button[0].click().run()
    assert_fine(app)
    assert app.selectbox[0].options == ["List of voisins"]
    assert token not in str(app.query_params)
    assert token not in repr(app.session_state)
    with own_filled.connect(Role.ADMIN) as connection:
        connection.execute("UPDATE commons.partner_token SET revoked_at = now()")
    app.run()
    assert "no longer valid" in app.error[0].value
    assert len(app.selectbox) == 0


def test_a_partner_says_what_a_column_means_and_it_is_kept(own_filled, open_page):
    with own_filled.connect(Role.ADMIN) as connection:
        token = issue_token(connection, find_partner(connection, "partner-of-voisins"))
    app = open_page("upload", lang="fr")
    app.text_input[0].set_value(token)
    app.button[0].click().run()
    text = "Naam;Breedtegraad;Lengtegraad;Wat\nDe Koer;50,84;4,36;Eetplek aan huis\n"
    app.file_uploader[0].set_value(("lijst.csv", text.encode(), "text/csv")).run()
    assert_fine(app)
    column = next(box for box in app.selectbox if box.label == "Wat")
    column.set_value("catégorie")
    next(button for button in app.button if button.label == "Enregistrer ces choix").click().run()
    assert_fine(app)
    with own_filled.connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, find_dataset(connection, "voisins"))
    assert saved.mapping.column_of["category"] == "Wat"


LISTS = {
    "voisins": [("Lanterne Bleue", "01 02", (4.35, 50.85)), ("Le Fil Rouge", "01 03", (4.37, 50.85))],
    "open": [("Lanterne Bleue", "01 02", (4.35, 50.85))],
    "discrets": [("Le Fil Rouge", "01 03", (4.37, 50.85))],
}


@pytest.mark.parametrize("language", Language)
def test_a_partner_is_told_which_records_others_know_and_why_as_far_as_partners_may(
    database, open_page, language
):
    with database.connect(Role.ADMIN) as connection:
        for slug, rows in LISTS.items():
            contact = Visibility.WITHHELD if slug == "discrets" else Visibility.PUBLIC
            dataset = make_dataset(connection, slug, open_terms(contact=contact))
            for name, phone, place in rows:
                make_record(
                    connection, dataset, name=f"{name} {HOSTILE}", phone=f"+32 2 555 {phone}", place=place
                )
        token = issue_token(connection, find_partner(connection, "partner-of-voisins"))
    with database.connect(Role.INGEST) as connection:
        merge(connection)
    app = open_page("upload", lang=language.value)
    app.text_input[0].set_value(token)
    app.button[0].click().run()
    assert_fine(app)
    told = app.dataframe[0].value
    shared, discreet = told.to_numpy().tolist()
    assert "Lanterne" in shared[0]
    assert translate("link.name.same", language) in discreet[-1]
    phone = translate("link.phone.same_shared", language)
    assert phone in shared[-1]
    assert phone not in discreet[-1], "its list shows its contacts to nobody"
