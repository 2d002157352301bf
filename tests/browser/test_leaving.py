"""Another page is chosen while a map still tells where it stands: the page that was chosen opens, and stays."""

import pytest
from playwright.sync_api import expect
from visiting import settle

from commons.i18n import translate

pytestmark = pytest.mark.usefixtures("patience")
PAGES = ("explore", "coverage", "research")
TO_BE_TOLD_MS = 1_500
TELL = """(() => {
  let told = 0;
  const tell = () => {
    const value = { zoom: 14, center: { lat: 50.8 + (told += 1) / 1e4, lng: 4.36 } };
    parent.postMessage({ isStreamlitMessage: true, type: "streamlit:setComponentValue", value, dataType: "json" }, "*");
  };
  tell();
  const telling = setInterval(tell, 10);
  setTimeout(() => clearInterval(telling), 1_200);
})()"""
LEAVE_AND_TELL = """([place, tell]) => {
  const frame = document.querySelector("iframe[title*=folium]").contentWindow;
  const left = () => { if (frame.parent) frame.eval(tell); };
  if (place < 0) {
    addEventListener("popstate", left, { once: true });
    history.go(place);
  } else {
    document.querySelectorAll(".st-key-pages a")[place].click();
    left();
  }
}"""


def to_map(page):
    """Wait for the page's map, and until what it tells first is answered."""
    page.frame_locator("iframe[title*=folium]").locator(".bxl-legend").wait_for()
    settle(page)


def leave_and_tell(page, place):
    """Choose a page by its link, or so many steps back, and have the map tell again and again that it was moved."""
    page.evaluate(LEAVE_AND_TELL, [place, TELL])
    page.wait_for_timeout(TO_BE_TOLD_MS)
    settle(page)


def assert_open(page, place):
    expect(page.locator(".st-key-pages a[aria-current=page]")).to_have_text(
        translate(f"dashboard.{PAGES[place]}.nav", "en")
    )
    expect(page.locator("h1")).to_have_text(translate(f"dashboard.{PAGES[place]}.title", "en"))


@pytest.mark.parametrize(("came_from", "place"), [("", 1), ("coverage", 2)])
def test_what_a_map_tells_as_it_is_left_undoes_no_choice(watched, demo_address, came_from, place):
    page = watched.page
    page.goto(f"{demo_address}/{came_from}?lang=en")
    to_map(page)
    leave_and_tell(page, place)
    assert_open(page, place)


def test_nor_the_way_back(watched, demo_address):
    page = watched.page
    page.goto(f"{demo_address}/coverage?lang=en")
    to_map(page)
    before = page.evaluate("history.length")
    page.locator(".st-key-pages a").first.click()
    expect(page.locator("h1")).to_have_text(translate("dashboard.explore.title", "en"))
    to_map(page)
    leave_and_tell(page, before - page.evaluate("history.length"))
    assert_open(page, 1)


def test_the_map_of_a_page_that_is_chosen_again_goes_on_telling(watched, demo_address):
    page = watched.page
    page.goto(f"{demo_address}/?lang=en")
    to_map(page)
    leave_and_tell(page, 0)
    page.wait_for_url("**view=14*")
    assert_open(page, 0)


def test_each_link_leads_to_its_page_in_a_tab_of_its_own_too(watched, demo_address):
    page = watched.page
    page.goto(f"{demo_address}/coverage?lang=nl")
    to_map(page)
    addresses = page.locator(".st-key-pages a").evaluate_all("links => links.map((link) => link.href)")
    assert addresses == [f"{demo_address}/{path}?lang=nl" for path in ("", "coverage", "research", "upload")]
