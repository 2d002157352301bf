"""What the environment says: where the database is, where files are kept, which address serves the pages.

Every variable is told in `docs/settings.md`.
"""

import ipaddress
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from commons.errors import CommonsError

DEFAULT_HOME = ".commons"
LEDGER_NAME = "withdrawals.jsonl"
ERASURE_KEY_NAME = "erasure.key"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8501
DEFAULT_SPARK = "local[*]"
LINK_DAYS = 730
"""For which a link to a record's consent opens it: as long as a consent holds that was given without an end."""
MOST_MB = 100_000
DEFAULT_UPLOAD_MB = 512
"""A million points as GeoJSON take 343 MB (measured)."""
DEFAULT_UNPACKED_MB = 1024
"""The same as a Shapefile, whose texts have a fixed width, takes 600 MB when unpacked."""


SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?")
LONGEST_ADDRESS = 200


class Secret:
    """A value that no log, page or traceback prints; `reveal()` returns it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('•••')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class GeocoderKind(StrEnum):
    """The protocols by which a geocoder may be asked."""

    NOMINATIM = "nominatim"
    PELIAS = "pelias"
    URBIS = "urbis"


@dataclass(frozen=True, slots=True)
class GeocoderSetting:
    """A geocoder that may be asked: its protocol, where it is, and whom its keepers can write to."""

    kind: GeocoderKind
    url: str
    contact: str


@dataclass(frozen=True, slots=True)
class BasemapSetting:
    """What lies under the map: image tiles at an address with {z}, {x} and {y}, or in a PMTiles file; whom to name."""

    url: str | None
    file: Path | None
    attribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One reading of the environment.

    `database_url` is None for the embedded cluster. A role's password is None where the role needs none, as
    on the embedded cluster's own socket.
    """

    database_url: Secret | None
    home: Path
    mirror: Path | None
    host: str
    port: int
    public_password: Secret | None
    partner_password: Secret | None
    researcher_password: Secret | None
    ingest_password: Secret | None
    erasure_key: Secret | None
    erasure_key_file: Path
    ledger: Path
    max_upload_mb: int
    max_unpacked_mb: int
    geocoder: GeocoderSetting | None
    spark_master: str
    basemap: BasemapSetting | None
    public_url: str | None
    trusted_proxies: tuple[str, ...]


def settings() -> Settings:
    """Return the settings, read anew at every call; a variable that is set but empty counts as absent."""
    home = _path("COMMONS_HOME", DEFAULT_HOME)
    return Settings(
        database_url=_secret("DATABASE_URL"),
        home=home,
        mirror=_folder("COMMONS_MIRROR"),
        host=_text("COMMONS_HOST") or DEFAULT_HOST,
        port=_port("COMMONS_PORT"),
        public_password=_secret("COMMONS_PUBLIC_PASSWORD"),
        partner_password=_secret("COMMONS_PARTNER_PASSWORD"),
        researcher_password=_secret("COMMONS_RESEARCHER_PASSWORD"),
        ingest_password=_secret("COMMONS_INGEST_PASSWORD"),
        erasure_key=_secret("COMMONS_ERASURE_KEY"),
        erasure_key_file=_path("COMMONS_ERASURE_KEY_FILE", home / ERASURE_KEY_NAME),
        ledger=_path("COMMONS_LEDGER", home / LEDGER_NAME),
        max_upload_mb=_megabytes("COMMONS_MAX_UPLOAD_MB", DEFAULT_UPLOAD_MB),
        max_unpacked_mb=_megabytes("COMMONS_MAX_UNPACKED_MB", DEFAULT_UNPACKED_MB),
        geocoder=_geocoder(),
        spark_master=_text("COMMONS_SPARK_MASTER") or DEFAULT_SPARK,
        basemap=basemap_setting(),
        public_url=_address("COMMONS_PUBLIC_URL"),
        trusted_proxies=_networks("COMMONS_TRUSTED_PROXIES"),
    )


def _text(variable: str) -> str | None:
    return os.environ.get(variable, "").strip() or None


def _path(variable: str, default: str | Path) -> Path:
    return Path(_text(variable) or default).expanduser().absolute()


def _secret(variable: str) -> Secret | None:
    """Return the value untrimmed: a password may begin or end with a space."""
    value = os.environ.get(variable)
    return Secret(value) if value else None


def _folder(variable: str) -> Path | None:
    text = _text(variable)
    if text is None:
        return None
    folder = Path(text).expanduser().absolute()
    if not folder.is_dir():
        raise CommonsError("setting.folder", variable=variable, folder=folder)
    return folder


def _megabytes(variable: str, default: int) -> int:
    text = _text(variable) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MOST_MB):
        raise CommonsError("setting.megabytes", variable=variable, value=text, most=MOST_MB)
    return int(text)


def _address(variable: str) -> str | None:
    """Return an address of a site, without a slash at its end."""
    text = _text(variable)
    if text is None:
        return None
    if len(text) > LONGEST_ADDRESS or not SITE.fullmatch(text):
        raise CommonsError("setting.address", variable=variable)
    return text.rstrip("/")


def _networks(variable: str) -> tuple[str, ...]:
    """Return addresses and networks, separated by commas; never all the world, whose word is nobody's."""
    said = tuple(part for part in (_text(variable) or "").replace(",", " ").split())
    try:
        networks = [ipaddress.ip_network(part) for part in said]
    except ValueError:
        raise CommonsError("setting.networks", variable=variable) from None
    if any(network.prefixlen == 0 for network in networks):
        raise CommonsError("setting.networks", variable=variable)
    return said


def _geocoder() -> GeocoderSetting | None:
    """Return the geocoder, None where none is named; one that is named has an address and a contact."""
    kind = _text("COMMONS_GEOCODER")
    if kind is None:
        return None
    url, contact = _text("COMMONS_GEOCODER_URL"), _text("COMMONS_GEOCODER_CONTACT")
    if (
        kind not in set(GeocoderKind)
        or url is None
        or not url.startswith(("http://", "https://"))
        or contact is None
        or not (contact.isascii() and contact.isprintable())
    ):
        raise CommonsError("setting.geocoder", kinds=", ".join(GeocoderKind))
    return GeocoderSetting(GeocoderKind(kind), url, contact)


def basemap_setting() -> BasemapSetting | None:
    """Return the basemap, None where none is named; whoever made it is named too. Every answer's policy asks for it."""
    chosen = _text("COMMONS_BASEMAP")
    if chosen is None:
        return None
    attribution = _text("COMMONS_BASEMAP_ATTRIBUTION")
    is_address = chosen.startswith("https://") and all(part in chosen for part in ("{z}", "{x}", "{y}"))
    if attribution is None or not (is_address or chosen.endswith(".pmtiles")):
        raise CommonsError("setting.basemap", value=chosen)
    if is_address:
        return BasemapSetting(chosen, None, attribution)
    return BasemapSetting(None, Path(chosen).expanduser().absolute(), attribution)


def _port(variable: str) -> int:
    text = _text(variable) or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise CommonsError("setting.port", variable=variable, value=text)
    return int(text)
