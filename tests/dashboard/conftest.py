"""The pages run in this process by Streamlit's own test runner, on a database of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.web.shell import PAGES

FOLDER = Path(dashboard.__file__).parent
RUN_SECONDS = 40


@pytest.fixture
def open_page() -> Callable[..., AppTest]:
    """Return a function that opens a page as a visit that begins there, with what the address says."""

    def opened(name: str = "explore", **address: str | list[str]) -> AppTest:
        app = AppTest.from_file(FOLDER / "app.py", default_timeout=RUN_SECONDS)
        if name != "explore":
            app.switch_page(PAGES[name])
        app.query_params.update(address)
        return app.run()

    return opened
