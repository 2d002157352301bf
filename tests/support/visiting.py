"""What a visitor in a browser does without thinking of it: wait until the page rests, go on by keyboard."""

from playwright.sync_api import TimeoutError as NotYet

REST_MS = 150
MOST_KEYS = 80
TRIES, TRY_MS = 5, 5_000


def settle(page):
    """Wait until no run of a Streamlit page is under way or about to be: it would replace what is being pressed."""
    resting = page.locator("[data-test-script-state=notRunning]")
    resting.wait_for()
    page.wait_for_timeout(REST_MS)
    resting.wait_for()


def go_to(page, locator, key="Tab"):
    """Press a key until one of what the locator finds has the focus."""
    for _ in range(MOST_KEYS):
        page.keyboard.press(key)
        if locator.evaluate_all("found => found.includes(document.activeElement)"):
            return
    raise AssertionError(f"no way by keyboard to {locator}")


def look_up(page, box, text):
    """Type into a list's box and return what it offers. What the page still draws closes a list: then it is opened again."""
    offered = page.get_by_role("option")
    for _ in range(TRIES):
        settle(page)
        box.fill(text)
        try:
            offered.first.wait_for(timeout=TRY_MS)
        except NotYet:
            box.press("Escape")
        else:
            return offered
    raise AssertionError(f"nothing is offered for {text!r}")


def choose(page, box, text):
    """Choose by keyboard what a list offers first for a part of its words, and see that it is chosen."""
    for _ in range(TRIES):
        look_up(page, box, text)
        box.press("Enter")
        settle(page)
        if text in box.input_value() != text:
            return
    raise AssertionError(f"nothing is chosen by {text!r}")
