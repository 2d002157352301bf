"""What the environment says, and that docs/settings.md tells all of it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from commons.errors import CommonsError
from commons.settings import (
    DEFAULT_HOME,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_SPARK,
    DEFAULT_UNPACKED_MB,
    DEFAULT_UPLOAD_MB,
    ERASURE_KEY_NAME,
    LEDGER_NAME,
    Secret,
    Settings,
    settings,
)

PROJECT = Path(__file__).parent.parent
ROOMS = ("commons", "ingest", "maps", "dashboard", "tests")
TABLE_ROW = re.compile(r"^\| `([A-Z_]+)` \| (\S+)", re.MULTILINE)


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in documented():
        monkeypatch.delenv(variable, raising=False)


def documented() -> dict[str, str]:
    """Each variable of the page with the first word of its default."""
    return dict(TABLE_ROW.findall((PROJECT / "docs" / "settings.md").read_text("utf-8")))


def test_the_page_tells_every_variable_that_the_code_names_and_no_other() -> None:
    sources = [path.read_text("utf-8") for room in ROOMS for path in (PROJECT / room).rglob("*.py")]
    named = {name for source in sources for name in re.findall(r"""["'](COMMONS_[A-Z_]+)["']""", source)}
    assert set(documented()) == named | {"DATABASE_URL"}


def test_the_page_tells_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings() == Settings(
        database_url=None,
        home=tmp_path / DEFAULT_HOME,
        mirror=None,
        host=DEFAULT_HOST,
        port=DEFAULT_PORT,
        public_password=None,
        partner_password=None,
        researcher_password=None,
        ingest_password=None,
        erasure_key=None,
        erasure_key_file=tmp_path / DEFAULT_HOME / ERASURE_KEY_NAME,
        ledger=tmp_path / DEFAULT_HOME / LEDGER_NAME,
        max_upload_mb=DEFAULT_UPLOAD_MB,
        max_unpacked_mb=DEFAULT_UNPACKED_MB,
        geocoder=None,
        spark_master=DEFAULT_SPARK,
        basemap=None,
        public_url=None,
        trusted_proxies=(),
    )
    page = {name: default.strip("`") for name, default in documented().items()}
    assert (page["COMMONS_HOME"], page["COMMONS_HOST"], page["COMMONS_PORT"]) == (
        DEFAULT_HOME,
        DEFAULT_HOST,
        str(DEFAULT_PORT),
    )
    assert page["COMMONS_SPARK_MASTER"] == DEFAULT_SPARK
    assert page["COMMONS_MAX_UPLOAD_MB"] == str(DEFAULT_UPLOAD_MB)
    assert page["COMMONS_MAX_UNPACKED_MB"] == str(DEFAULT_UNPACKED_MB)


def test_every_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # These have several variables: tests/locate, tests/dashboard/test_basemap.py.
    names = {field.name for field in fields(Settings)} - {"geocoder", "basemap", "trusted_proxies"}
    given = {name: f"value of {name}" for name in names}
    given |= {"home": str(tmp_path / "home"), "mirror": str(tmp_path), "port": "80"}
    given |= {
        "erasure_key_file": str(tmp_path / "key"),
        "ledger": str(tmp_path / "ledger"),
        "max_upload_mb": "7",
        "max_unpacked_mb": "8",
    }
    given |= {"public_url": "https://commons.example.org:8443/map"}
    for name, value in given.items():
        monkeypatch.setenv("DATABASE_URL" if name == "database_url" else f"COMMONS_{name.upper()}", value)
    now = settings()
    read = {name: getattr(now, name) for name in given}
    assert {
        name: value.reveal() if isinstance(value, Secret) else str(value) for name, value in read.items()
    } == given


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = settings()
    for variable in documented():
        monkeypatch.setenv(variable, "")
    assert settings() == plain


def test_no_secret_can_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATABASE_URL", "COMMONS_PUBLIC_PASSWORD", "COMMONS_ERASURE_KEY"):
        monkeypatch.setenv(variable, "tiger")
    now = settings()
    secret = now.database_url
    assert secret is not None
    assert secret.reveal() == "tiger"
    for shown in (repr(now), str(now), repr(secret), str(secret), f"{secret}", f"{secret!r:>20}"):
        assert "tiger" not in shown


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80a", "٨٠", "8.5"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMMONS_PORT", value)
    with pytest.raises(CommonsError, match="COMMONS_PORT"):
        settings()


def test_a_mirror_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMMONS_MIRROR", str(tmp_path / "missing"))
    with pytest.raises(CommonsError, match="COMMONS_MIRROR"):
        settings()


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONS_TRUSTED_PROXIES", "127.0.0.1, ::1,172.18.0.0/16")
    assert settings().trusted_proxies == ("127.0.0.1", "::1", "172.18.0.0/16")


@pytest.mark.parametrize(
    "value", ["*", "0.0.0.0/0", "::/0", "proxy", "127.0.0.1/8", "127.0.0.1;::1", "1.2.3.4.5"]
)
def test_whom_nobody_can_tell_apart_is_no_proxy(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMMONS_TRUSTED_PROXIES", value)
    with pytest.raises(CommonsError, match="COMMONS_TRUSTED_PROXIES"):
        settings()


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e3", "100001"])
def test_a_limit_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMMONS_MAX_UPLOAD_MB", value)
    with pytest.raises(CommonsError, match="COMMONS_MAX_UPLOAD_MB"):
        settings()


@pytest.mark.parametrize(
    "value",
    [
        "commons.example",
        "ftp://a.be",
        "https://a.be/?q",
        "https://a.be/#x",
        "https://a b",
        "https://u:p@a.be",
    ],
)
def test_an_address_of_the_pages_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMMONS_PUBLIC_URL", value)
    with pytest.raises(CommonsError, match="COMMONS_PUBLIC_URL"):
        settings()
    monkeypatch.setenv("COMMONS_PUBLIC_URL", "https://a.be/map/")
    assert settings().public_url == "https://a.be/map"
