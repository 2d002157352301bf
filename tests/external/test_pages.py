"""What a visitor reads where the database cannot be reached: a number, and nothing of hosts, logins and settings."""

import logging
from pathlib import Path

import pytest
from external import OWNER, PASSWORD
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.web.shell import PAGES

CAUSES = {"wrong password": "wrong_password", "no server": "refused", "no database": "no_database"}
FOLDER = Path(dashboard.__file__).parent


@pytest.mark.parametrize("view", ["explore", "research"])
@pytest.mark.parametrize("fault", CAUSES)
def test_a_visitor_learns_a_number_and_the_log_the_cause(server, owned, monkeypatch, caplog, view, fault):
    if fault == "wrong password":
        for role in ("PUBLIC", "PARTNER", "RESEARCHER", "INGEST"):
            monkeypatch.setenv(f"COMMONS_{role}_PASSWORD", "another one")
    elif fault == "no server":
        monkeypatch.setenv("DATABASE_URL", server.url(owned, OWNER).replace(str(server.port), "9"))
    else:
        monkeypatch.setenv("DATABASE_URL", server.url("a-secret-name", OWNER))
    app = AppTest.from_file(FOLDER / "app.py", default_timeout=40)
    if view != "explore":
        app.switch_page(PAGES[view])
    with caplog.at_level(logging.ERROR):
        app.run()
    shown = "\n".join(error.value for error in app.error)
    assert shown
    assert not app.exception
    for secret in (
        "127.0.0.1",
        "commons_p",
        "commons_r",
        "COMMONS_",
        "DATABASE_URL",
        "a-secret-name",
        PASSWORD,
    ):
        assert secret not in shown
        assert secret not in caplog.text
    assert f"database.{CAUSES[fault]} at " in caplog.text
