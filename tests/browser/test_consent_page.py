"""The person concerned opens the link: sees what is shared, what withdrawing would do, withdraws, keeps the receipt.

What they saw is kept in `test-results/`.
"""

import re
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import httpx
import psycopg
import pytest
from playwright.sync_api import expect

from builders import MATONGE, make_dataset, make_deny, make_record, open_terms
from commons.consent.link import issue_link, revoke_links
from commons.database.connection import Role, connect
from commons.i18n import translate
from commons.release import released
from commons.release.egress import note_egress
from commons.research import freeze_statistics
from commons.vocabulary import Audience, EgressKind, Language

SHOTS = Path(__file__).parents[2] / "test-results"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NAME = "Chez <b>Zoé</b> & \"Jan\" <script>document.title='taken'</script>"
VALUES = {
    "name": NAME,
    "category": "food",
    "description": "<img src=x onerror=\"document.title='taken'\"> Soupe du jeudi, pour tous.",
    "website": "javascript:alert(1)",
    "street": "Rue de la Paix",
    "house_number": "7",
    "postcode": "1050",
    "municipality": "Ixelles",
    "phone": "+32 2 000 00 00",
    "email": "zoe@example.org",
    "contact_person": "CANARY-PERSON",
    "offers": ["place", "tools"],
}
pytestmark = pytest.mark.usefixtures("patience")


@pytest.fixture(scope="module")
def world(own_database, tmp_path_factory, run_server):
    """Serve a list of six records in one street, one of them the person's, one nobody's."""
    url = own_database.url
    ledger = tmp_path_factory.mktemp("ledger") / "withdrawals.jsonl"
    env = {"DATABASE_URL": url, "COMMONS_LEDGER": str(ledger), "COMMONS_ERASURE_KEY": "0123456789abcdef" * 4}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        with connect(Role.ADMIN) as connection:
            dataset = make_dataset(connection, "voisins", open_terms())
            for number in range(4):
                make_record(connection, dataset, key=f"{number}", name=f"n{number}", flags={})
            for key in ("journey", "groups", "still"):
                made = make_record(connection, dataset, key=key, flags={}, place=MATONGE, **VALUES)
            make_record(
                connection, dataset, key="hidden", name="CANARY-HIDDEN", flags={"visibility": "withheld"}
            )
            hidden = make_record(connection, dataset, key="closed", flags={}, **VALUES)
            make_deny(connection, dataset, hidden.record_id, "partners")
        with connect(Role.INGEST) as connection:
            tokens = {
                key: issue_link(connection, dataset, key)
                for key in ("journey", "groups", "still", "hidden", "closed", "0", "1")
            }
            revoke_links(connection, dataset, "0")
            freeze_statistics(connection, frozen_by="t")
            frame = released(Audience.PUBLIC).alternatives()
            note_egress(
                connection, Audience.PUBLIC, EgressKind.DOWNLOAD, what="CSV <i>all</i>",
                public_ids=frame["public_id"].tolist(), content=b"the file",
            )  # fmt: skip
        with connect(Role.ADMIN) as connection:
            connection.execute(
                "UPDATE commons.consent_link SET created_at = now() - interval '2 days', expires_at = now()"
                " WHERE record_id = (SELECT record_id FROM commons.source_record WHERE partner_key = '1')"
            )
        with run_server(env=env) as address:
            yield SimpleNamespace(address=address, path=tokens, url=url, record=made, dataset=dataset)


def rows(world, query):
    with psycopg.connect(world.url) as connection:
        return connection.execute(query).fetchall()


def keep(page, name):
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


CONTRAST = """() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || node.closest('style, details:not([open]) > :not(summary)')) continue;
    const [a, b] = [light(channels(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${texts.currentNode.data.trim().slice(0, 40)}`);
  }
  return poor;
}"""
SHAPE = """() => ({
  unlabelled: [...document.querySelectorAll('input:not([type=hidden]), button, a, summary')]
    .filter((node) => !(node.closest('label')?.innerText || node.innerText || '').trim()).length,
  small: [...document.querySelectorAll('button, label, summary, nav a')].map((node) => node.getBoundingClientRect())
    .filter((box) => box.width && box.height < 24).length,
  levels: [...document.querySelectorAll('h1, h2, h3, h4')].map((node) => Number(node.tagName[1])),
  ids: [...document.querySelectorAll('[id]')].map((node) => node.id),
  named: [...document.querySelectorAll('[aria-labelledby]')]
    .every((node) => document.getElementById(node.getAttribute('aria-labelledby'))),
  landmarks: ['header', 'nav', 'main'].map((name) => document.querySelectorAll(name).length),
  scripts: document.querySelectorAll('script, [onerror], [onclick], img, iframe').length,
  wide: document.documentElement.scrollWidth > window.innerWidth,
})"""


def assert_accessible(page, language):
    """Named controls, one title, headings in order, landmarks, contrast, targets that a finger finds, nothing cut off."""
    shape = page.evaluate(SHAPE)
    assert page.locator("html").get_attribute("lang") == language
    assert shape["unlabelled"] == shape["small"] == shape["scripts"] == 0
    assert shape["landmarks"] == [1, 1, 1]
    assert shape["levels"].count(1) == 1
    assert shape["levels"][0] == 1
    assert all(
        later - sooner <= 1 for sooner, later in zip(shape["levels"], shape["levels"][1:], strict=False)
    )
    assert len(shape["ids"]) == len(set(shape["ids"]))
    assert shape["named"]
    assert not shape["wide"]
    assert page.evaluate(CONTRAST) == []
    assert page.title().startswith(page.locator("h1").inner_text())


def test_a_citizen_withdraws_in_dutch_on_a_phone_and_keeps_the_receipt(world, watched):
    page = watched.page
    page.set_viewport_size(PHONE)
    page.goto(f"{world.address}{world.path['journey']}?lang=nl")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        translate("consent_page.title", Language.NL, name=NAME)
    )
    expect(
        page.get_by_role("heading", name="Iedereen · De partnerorganisaties · De onderzoekers")
    ).to_be_visible()
    expect(page.get_by_text("op de exacte plaats")).to_be_visible()
    assert page.get_by_role("link", name="Intrekken").get_attribute("href") == "#withdraw"
    expect(page.get_by_text("herbruikbaar onder CC-BY-4.0").first).to_be_visible()
    expect(page.get_by_text("+32 2 000 00 00")).to_be_visible()
    assert "CANARY" not in page.content()
    assert_accessible(page, "nl")
    keep(page, "consent-nl-390")

    before = rows(world, "SELECT r::text FROM commons.released_alternative r ORDER BY 1")
    page.get_by_role("button", name="Bekijken wat dat zou doen").click()
    effect = page.locator("#effect")
    expect(effect).to_contain_text("U zou intrekken: alles")
    expect(effect.locator("dl div").filter(has_text="Iedereen")).to_contain_text(
        "ziet dit alternatief niet meer"
    )
    assert rows(world, "SELECT r::text FROM commons.released_alternative r ORDER BY 1") == before
    assert rows(world, "SELECT FROM commons.withdrawal") == []
    assert_accessible(page, "nl")
    keep(page, "consent-effect-nl-390")

    page.get_by_role("button", name="Nu intrekken").click()
    expect(page.locator("#done")).to_contain_text("Het is ingetrokken.")
    receipt = page.locator("article").filter(has_text="Intrekking nr. 1 van")
    expect(receipt).to_contain_text("Ingetrokken: alles.")
    expect(page.get_by_text("download, CSV <i>all</i> (Iedereen)")).to_be_visible()
    expect(page.get_by_text("Van deze fiche wordt niemand iets getoond.")).to_be_visible()
    expect(page.get_by_text("kunnen niet worden teruggeroepen")).to_be_visible()
    assert_accessible(page, "nl")
    keep(page, "consent-done-nl-390")
    public = released_names(world, Audience.PUBLIC)
    assert public.count(NAME) == 2  # the twins of this record, which others asked for
    assert rows(world, "SELECT withdrawn_by FROM commons.withdrawal") == [("link",)]

    page.reload()  # asks for the receipt again, and withdraws nothing a second time
    expect(page.locator("#done")).to_be_visible()
    assert rows(world, "SELECT count(*) FROM commons.withdrawal") == [(1,)]
    page.goto(f"{world.address}{world.path['journey']}?lang=nl")
    expect(page.locator("article").filter(has_text="Intrekking nr. 1 van")).to_be_visible()
    expect(page.locator("#done")).to_have_count(0)
    watched.assert_stayed_home(world.address)


def released_names(world, audience):
    schema = {Audience.PUBLIC: "released_public"}[audience]
    return [row[0] for row in rows(world, f"SELECT name FROM {schema}.alternative")]


def test_one_group_of_fields_is_withdrawn_by_keyboard_alone(world, watched):
    page = watched.page
    page.set_viewport_size(DESK)
    page.goto(f"{world.address}{world.path['groups']}?lang=fr")
    keep(page, "consent-fr-1280")
    assert_accessible(page, "fr")
    contact = page.get_by_role("radio", name="Contact de l'organisation")
    page.get_by_role("radio", name="Tout").focus()
    while not contact.is_checked():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#effect")).to_contain_text("Vous retireriez : contact de l'organisation.")
    expect(page.locator("#effect")).to_contain_text("la voit encore, sans ce qui est retiré")
    keep(page, "consent-effect-fr-1280")
    page.locator("#effect").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("C'est retiré.")
    expect(page.get_by_text("+32 2 000 00 00")).to_have_count(0)
    expect(page.get_by_text("Rue de la Paix")).to_be_visible()
    keep(page, "consent-done-fr-1280")
    watched.assert_stayed_home(world.address)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "size", [PHONE, DESK, {"width": 280, "height": 600}], ids=["phone", "desk", "narrow"]
)
@pytest.mark.parametrize("key", ["still", "closed", "hidden"])
def test_the_page_can_be_read_in_every_language_and_width(world, watched, language, size, key):
    page = watched.page
    page.set_viewport_size(size)
    page.goto(f"{world.address}{world.path[key]}?lang={language}")
    expect(page.get_by_role("heading", level=2).first).to_have_text(translate("consent_page.who", language))
    assert_accessible(page, language.value)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(CONTRAST) == []
    watched.assert_stayed_home(world.address)


def test_why_nothing_is_seen_is_told_with_who_closed_it(world, watched):
    page = watched.page
    page.goto(f"{world.address}{world.path['closed']}?lang=en")
    everyone = page.locator("article").filter(has_text="Everyone").first
    expect(everyone).to_contain_text("sees nothing of it")
    expect(everyone).to_contain_text("Why: closed by t on")
    expect(page.get_by_text("+32 2 000 00 00")).to_be_visible()  # which researchers still see
    page.goto(f"{world.address}{world.path['hidden']}?lang=en")
    expect(page.locator("article").filter(has_text="Everyone").first).to_contain_text(
        "the record itself does not allow it"
    )


def test_the_browsers_own_language_is_spoken(world):
    for accepted, language in {
        "nl-BE,nl;q=0.9,fr;q=0.8": "nl",
        "de,en;q=0.7,fr;q=0.3": "en",
        "fr;q=0.1,en;q=0.9": "en",
        "de": "fr",
        "": "fr",
        ";q=x,,q": "fr",
    }.items():
        answer = ask(world, world.path["still"], headers={"Accept-Language": accepted})
        assert f'<html lang="{language}">' in answer.text, accepted


def ask(world, path, method="GET", **options):
    return httpx.request(method, f"{world.address}{path}", trust_env=False, **options)


def test_wrong_expired_and_revoked_links_answer_the_same_and_nothing_else(world):
    good = world.path["still"]
    stored = rows(world, "SELECT encode(sha256, 'hex') FROM commons.consent_link LIMIT 1")[0][0]
    wrong = [
        world.path["0"], world.path["1"], good[:-1], good + "A", good + "/", "/consent/" + good[9:].swapcase(), "/consent/",
        f"/consent/{stored}", "/consent/'%20OR%201=1--", "/consent/" + "a" * 4000,
        "/consent/%ff%fe", "/consent/still", "/consent/<script>",
    ]  # fmt: skip
    answers = {}
    for path in wrong:
        for method in ("GET", "POST"):
            data = {"data": {"step": "withdraw", "what": "all"}} if method == "POST" else {}
            answer = ask(world, path + "?lang=en", method, **data)
            answers.setdefault((answer.status_code, answer.text), []).append(path)
    assert len(answers) == 1, answers.values()
    (status, text) = next(iter(answers))
    assert status == 404
    assert "voisins" not in text
    assert rows(world, "SELECT count(*) FROM commons.withdrawal WHERE withdrawn_by <> 'link'") == [(0,)]


def test_a_path_that_no_browser_sends_is_answered_before_it_is_looked_up(world):
    for path in (world.path["still"] + "%00", "/consent/%2e%2e/healthz"):
        answer = ask(world, path)
        assert answer.status_code == 400
        assert "voisins" not in answer.text


@pytest.mark.parametrize("key", ["still", "0"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_may_be_kept_or_found_or_told_on(world, key, method):
    headers = ask(world, world.path[key], method).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"step": "withdraw"},
        {"step": "withdraw", "what": "everything"},
        {"step": "withdraw", "what": "existence'; DROP TABLE commons.consent; --"},
        {"step": "erase", "what": "all"},
        {"step": "see", "what": ""},
    ],
)
def test_a_form_that_says_nothing_we_know_changes_nothing(world, form):
    before = rows(world, "SELECT c::text FROM commons.consent c ORDER BY 1")
    assert ask(world, world.path["still"], "POST", data=form).status_code == 200
    assert ask(world, world.path["still"] + "?step=withdraw&what=all").status_code == 200
    assert rows(world, "SELECT c::text FROM commons.consent c ORDER BY 1") == before


def test_a_form_larger_than_ours_is_not_read(world):
    assert ask(world, world.path["still"], "POST", content=b"x" * 100_000).status_code == 413


def test_partners_words_are_text_and_nothing_else(world):
    text = ask(world, world.path["still"] + "?lang=en&done=<script>&x=<b>").text
    assert "<b>Zo" not in text
    assert "<img" not in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert re.findall(r'href="(?!\?lang=|#withdraw)', text) == []


@pytest.mark.parametrize(
    ("language", "counted"),
    [("fr", "Comptée, sans"), ("nl", "Meegeteld, zonder"), ("en", "Counted, without")],
)
def test_the_frozen_statistics_that_counted_the_record_are_named_and_no_others(world, language, counted):
    assert counted in ask(world, f"{world.path['still']}?lang={language}").text
    assert counted not in ask(world, f"{world.path['hidden']}?lang={language}").text


def test_the_link_is_nowhere_but_in_the_link(world):
    tokens = [path.removeprefix("/consent/") for path in world.path.values()]
    for table in ("consent_link", "audit_event", "withdrawal", "consent", "egress"):
        held = str(rows(world, f"SELECT t::text FROM commons.{table} t"))
        assert not any(token in held for token in tokens)
    kept = {row[0] for row in rows(world, "SELECT sha256 FROM commons.consent_link")}
    assert kept == {sha256(token.encode()).digest() for token in tokens}


def test_a_failure_is_told_by_a_number_and_neither_page_nor_log_holds_the_link(world, tmp_path_factory):
    rename = "ALTER TABLE commons.{} RENAME TO {}"
    with psycopg.connect(world.url, autocommit=True) as admin:
        admin.execute(rename.format("consent_link", "consent_link_away"))
        try:
            answer = ask(world, world.path["still"] + "?lang=en")
        finally:
            admin.execute(rename.format("consent_link_away", "consent_link"))
    assert answer.status_code == 500
    number = re.search(r"give the number ([0-9a-f]{8}) to", answer.text)[1]
    logs = [path.read_text() for path in tmp_path_factory.getbasetemp().glob("server*/log.txt")]
    assert any(number in log for log in logs)
    tokens = [path.removeprefix("/consent/") for path in world.path.values()]
    assert not any(token in text for token in tokens for text in [*logs, answer.text])
    assert ask(world, world.path["still"]).status_code == 200
