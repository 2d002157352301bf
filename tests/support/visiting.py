"""What a visitor in a browser does without thinking of it: wait until the page rests, go on by keyboard."""

REST_MS = 150
MOST_KEYS = 80


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
