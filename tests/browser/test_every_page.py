"""Every public page, in three languages, wide and on a phone: sound, at home, translated, and conforming to WCAG 2.2 AA; and
the map by keyboard alone.
"""

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from axe import violations
from playwright.sync_api import expect
from visiting import go_to, settle

from commons.i18n import translate
from commons.vocabulary import Language

WIDE, PHONE, NARROWEST = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 844},
    {"width": 360, "height": 740},
)
KEY = re.compile(
    r"\b(?:dashboard|plain|map|error|resource_kind|precision|charter_grade|propose|coverage)\.[a-z_]+\b"
)
DRAWN = {"/": ".st-key-list", "/coverage": "[data-testid=stVegaLiteChart]", "/research": "[data-testid=stVegaLiteChart]",
         "/upload": "[data-testid=stForm]", "/list": "#places li", "/embed": "#places li", "/alternative": "dl"}  # fmt: skip
MAPPED = ("/", "/coverage")
ITS_OWN = re.compile(r"/(coverage|research|upload)/_stcore/(health|host-config)$")
"""Opened at the address of a page, Streamlit looks below it for itself first, and says on the console that it is not there."""
pytestmark = pytest.mark.usefixtures("patience")


def rest(page, path):
    """Wait until the page is drawn and nothing runs any more."""
    page.locator(DRAWN[path]).first.wait_for()
    if path in MAPPED:
        page.frame_locator("iframe[title*=folium]").locator("path.leaflet-interactive").first.wait_for(
            state="attached"
        )
    if path in ("/", "/coverage", "/research", "/upload"):
        settle(page)
    elif path != "/alternative":
        page.locator("#map path").first.wait_for(state="attached")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("path", DRAWN)
def test_a_page_is_sound(demo_address, watched, path, language):
    page = watched.page
    one = httpx.get(f"{demo_address}/places", trust_env=False).json()["places"][0]["id"]
    failed = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.set_viewport_size(WIDE)
    page.goto(f"{demo_address}{path}{f'/{one}' if path == '/alternative' else ''}?lang={language}")
    rest(page, path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        page.wait_for_timeout(300)
        assert violations(page) == []
        for frame in page.frames:
            assert KEY.findall(frame.locator("body").inner_text()) == []
    page.set_viewport_size(NARROWEST)
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert [url for url in failed if not ITS_OWN.search(url)] == []
    watched.errors[:] = [error for error in watched.errors if not (failed and "404 (Not Found)" in error)]
    watched.assert_stayed_home(demo_address)


def test_the_map_and_its_list_are_used_by_keyboard_alone(demo_address, watched):
    page = watched.page
    page.set_viewport_size(WIDE)
    page.goto(f"{demo_address}/?lang=en")
    rest(page, "/")
    go_to(page, page.locator("input[type=search]"))
    page.keyboard.type("potager")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-list button").first).to_contain_text(re.compile("potager", re.IGNORECASE))
    settle(page)
    go_to(page, page.locator(".st-key-list button"))
    name = page.evaluate("() => document.activeElement.innerText").split(" — ")[0]
    page.keyboard.press("Enter")
    card = page.locator(".st-key-card")
    expect(card.get_by_role("heading")).to_have_text(name)
    settle(page)
    go_to(page, page.locator(".st-key-card button"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    watched.assert_stayed_home(demo_address)


def test_the_map_moves_by_keyboard_and_the_list_follows(demo_address, watched):
    page = watched.page
    page.set_viewport_size(WIDE)
    page.goto(f"{demo_address}/?lang=en")
    rest(page, "/")
    here = translate("dashboard.explore.in_view", Language.EN)
    told = page.get_by_text(here)
    before = told.inner_text()
    frame = next(frame for frame in page.frames if "folium" in frame.url)
    frame.locator("#map_div").focus()
    for _ in range(3):
        page.keyboard.press("+")
        page.wait_for_timeout(400)
    expect(told).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"view=1[3-6](\.\d+)?%2F"))
    shared = page.url
    page.goto(shared)
    rest(page, "/")
    zoom = next(frame for frame in page.frames if "folium" in frame.url).evaluate(
        "() => window.map.getZoom()"
    )
    assert zoom >= 13
    watched.assert_stayed_home(demo_address)


def test_the_plain_list_suggests_by_keyboard_and_leads_to_a_card(demo_address, watched):
    page = watched.page
    page.goto(f"{demo_address}/list?lang=nl")
    rest(page, "/list")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    go_to(page, page.locator("#q"))
    page.keyboard.type("potag")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    name = page.locator("[role=option][aria-selected=true]").evaluate("(line) => line.firstChild.textContent")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("link", name=translate("plain.back", Language.NL)).click()
    expect(page.locator("#places li")).to_have_count(40)
    watched.assert_stayed_home(demo_address)


def test_the_plain_list_follows_its_map_and_needs_no_script(demo_address, watched, browser):
    page = watched.page
    page.set_viewport_size(PHONE)
    page.goto(f"{demo_address}/list?lang=fr")
    rest(page, "/list")
    before = page.locator("#count").inner_text()
    page.locator("#map").focus()
    for _ in range(3):
        page.keyboard.press("+")
        page.wait_for_timeout(400)
    expect(page.locator("#count")).to_contain_text(translate("dashboard.explore.in_view", Language.FR))
    expect(page.locator("#count")).not_to_have_text(before)
    with browser.new_context(java_script_enabled=False) as context:
        plain = context.new_page()
        plain.goto(f"{demo_address}/list?lang=fr")
        plain.get_by_label("Chercher", exact=True).fill("potager")
        plain.get_by_role("button", name="Montrer").click()
        plain.locator("#places a").first.click()
        expect(plain.get_by_role("heading", level=1)).to_contain_text(re.compile("potager", re.IGNORECASE))
    watched.assert_stayed_home(demo_address)


@pytest.fixture
def another_site():
    """Return a function that serves a page of another origin: a real one, as Chromium keeps a made one from local addresses."""
    pages = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages[-1].encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()

        def served(html):
            pages.append(html)
            return f"http://127.0.0.1:{server.server_port}/"

        yield served
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "stands"), [("embed?lang=fr", True), ("list?lang=fr", True), ("?lang=fr", False)]
)
def test_a_plain_page_stands_in_another_sites_frame_and_the_dashboard_does_not(
    demo_address, page, another_site, path, stands
):
    page.goto(
        another_site(
            f"<!doctype html><title>Another</title><iframe src='{demo_address}/{path}' width=600 height=700></iframe>"
        )
    )
    if stands:
        expect(page.frame_locator("iframe").locator("#places li").first).to_be_visible()
        expect(page.frame_locator("iframe").locator("#map .bxl-legend")).to_be_attached()
    else:
        assert page.frames[1].url.startswith("chrome-error:")
