"""What docker-compose.yml, the Dockerfile and requirements.lock must keep: closed ports, no secret, a healthy database first.

There is no engine here: `docker compose config` accepted the file (Compose 2.26); nothing of it has been run.
"""

import re
import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from commons.database.options import OPTIONS

PROJECT = Path(__file__).parent.parent
TEXT = (PROJECT / "docker-compose.yml").read_text("utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["app", "upgrade", "upkeep"]
OF_THE_TESTS = {
    "COMMONS_CHROMIUM",
    "COMMONS_FIELD_DATA",
    "COMMONS_INTERLEAVINGS",
    "COMMONS_KILLS",
    "COMMONS_REQUIRE_ALL",
    "COMMONS_WORLDS",
}
FIXED = {"COMMONS_ERASURE_KEY_FILE", "COMMONS_LEDGER", "DATABASE_URL"}
"""Written in docker-compose.yml; where the host keeps the first two is LEDGER and SECRET."""
OF_THE_IMAGE = {"COMMONS_HOME", "COMMONS_HOST"}
OF_THE_HOST = {"COMMONS_PORT"}
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?[^}]+\}")


def environment() -> list[tuple[str, str]]:
    return [entry for service in SERVICES.values() for entry in service["environment"].items()]


def test_every_published_port_is_on_the_loopback_address_only() -> None:
    assert "ports" not in SERVICES["db"]
    assert SERVICES["app"]["ports"] == ["127.0.0.1:${COMMONS_PORT:-8501}:8501"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["app"]
    assert all("network_mode" not in service for service in SERVICES.values())


def test_the_database_has_no_way_out() -> None:
    assert SERVICES["db"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert all("inside" in service["networks"] for service in SERVICES.values())


def test_every_service_with_a_port_stands_in_a_network_that_is_not_internal() -> None:
    """In one that is, Docker publishes nothing (moby #36174, #44986)."""
    open_networks = {
        name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")
    }
    published = {name: set(service["networks"]) for name, service in SERVICES.items() if "ports" in service}
    assert published
    assert all(networks & open_networks for networks in published.values()), published


@pytest.mark.parametrize("name", ["db", "app"])
def test_every_service_that_stays_says_whether_it_is_healthy(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} < set(service["healthcheck"])


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_gains_rights(name: str) -> None:
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


def test_the_app_waits_for_a_healthy_upgraded_database_and_is_asked_whether_it_is_ready() -> None:
    assert SERVICES["upgrade"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert SERVICES["app"]["depends_on"] == {
        "db": {"condition": "service_healthy"},
        "upgrade": {"condition": "service_completed_successfully"},
    }
    assert "http://127.0.0.1:8501/readyz" in SERVICES["app"]["healthcheck"]["test"][-1]
    assert "pg_isready" in SERVICES["db"]["healthcheck"]["test"]


def test_the_pages_do_not_know_the_administrators_password_and_have_no_way_out() -> None:
    assert "PGPASSWORD" not in SERVICES["app"]["environment"]
    assert SERVICES["app"]["networks"] == ["inside", "front"]
    masquerade = COMPOSE["networks"]["front"]["driver_opts"]["com.docker.network.bridge.enable_ip_masquerade"]
    assert masquerade == "false"


@pytest.mark.parametrize("name", OURS)
def test_the_app_can_write_to_its_volumes_only(name: str) -> None:
    app = SERVICES[name]
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    mounts = dict(reversed(volume.rsplit(":", 1)) for volume in app["volumes"])
    assert mounts["/var/lib/commons"] == "${HOME_FOLDER:-home}"
    assert ("/backups" in mounts) == (name != "app"), "the pages see no backup"


@pytest.mark.parametrize("name", OURS)
def test_ledger_and_secret_are_on_mounts_of_their_own(name: str) -> None:
    mounts = dict(reversed(volume.rsplit(":", 1)) for volume in SERVICES[name]["volumes"])
    given = SERVICES[name]["environment"]
    folders = [str(Path(given[v]).parent) for v in ("COMMONS_LEDGER", "COMMONS_ERASURE_KEY_FILE")]
    sources = [mounts[folder] for folder in folders]
    assert sources == ["${LEDGER:-ledger}", "${SECRET:-secret}"]
    assert len(set(mounts.values())) == len(mounts)


@pytest.mark.parametrize("name", OURS)
def test_every_setting_passes_through_the_env_file(name: str) -> None:
    page = (PROJECT / "docs" / "settings.md").read_text("utf-8")
    settings = set(re.findall(r"^\| `([A-Z_]+)` ", page, re.MULTILINE)) - OF_THE_TESTS
    given = SERVICES[name]["environment"]
    assert set(given) - {"PGPASSWORD"} == settings - OF_THE_IMAGE - OF_THE_HOST
    assert all(
        given[variable].startswith(f"${{{variable}:") for variable in set(given) - FIXED - {"PGPASSWORD"}
    )
    example = (PROJECT / ".env.example").read_text("utf-8")
    offered = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert set(re.findall(r"\$\{([A-Z_]+)", TEXT)) <= offered


def test_the_pages_believe_the_proxy_before_them_and_nobody_else() -> None:
    """Docker's own proxy passes on what reaches 127.0.0.1, with the gateway's address as the sender's."""
    (pool,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert ip_address(pool["gateway"]) in ip_network(pool["subnet"])
    trusted = SERVICES["app"]["environment"]["COMMONS_TRUSTED_PROXIES"]
    assert trusted == f"${{COMMONS_TRUSTED_PROXIES:-{pool['gateway']}}}"


def test_a_service_does_what_must_be_done_each_minute_and_each_night() -> None:
    upkeep = SERVICES["upkeep"]
    assert upkeep["command"] == ["commons", "upkeep", "--backups", "/backups"]
    assert upkeep["restart"] == "unless-stopped"
    assert upkeep["networks"] == ["inside", "outside"], "lists are fetched"
    assert upkeep["depends_on"] == {"upgrade": {"condition": "service_completed_successfully"}}


def test_every_password_is_required_from_the_environment_and_none_is_written_here() -> None:
    secrets = [(name, value) for name, value in environment() if "PASSWORD" in name]
    assert len(secrets) == 1 + 3 * 4 + 2
    assert all(REQUIRED.fullmatch(value) for _, value in secrets), secrets
    assert not re.search(r"://[^@\s]*:[^@\s]*@", TEXT), "a password in an address"


def test_the_example_lists_what_is_required_with_no_value() -> None:
    lines = (PROJECT / ".env.example").read_text("utf-8").splitlines()
    assigned = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(assigned) == set(REQUIRED.findall(TEXT))
    assert set(assigned.values()) == {""}


def test_a_filled_in_environment_is_never_committed_or_sent_to_docker() -> None:
    assert ".env" in (PROJECT / ".gitignore").read_text("utf-8").split()
    ignored = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in ignored
    assert not any(line.startswith("!.env") for line in ignored)


def test_images_are_pinned_and_data_are_in_named_volumes() -> None:
    assert re.fullmatch(r"\$\{POSTGIS_IMAGE:-postgis/postgis:\d+-\d+\.\d+\}", SERVICES["db"]["image"])
    assert "database:/var/lib/postgresql/data" in SERVICES["db"]["volumes"]
    assert set(COMPOSE["volumes"]) == {"database", "home", "ledger", "secret", "backups"}


def test_the_database_logs_no_more_than_the_embedded_one() -> None:
    given = dict(option.removeprefix("--").split("=") for option in SERVICES["db"]["command"][1:])
    private = {name for name in OPTIONS if name.startswith("log_")} - {
        "log_destination",
        "log_checkpoints",
    }
    assert {name: given.get(name) for name in private} == {name: OPTIONS[name] for name in private}


def test_the_image_runs_as_an_ordinary_account_without_development_packages() -> None:
    lines = (PROJECT / "Dockerfile").read_text("utf-8").splitlines()
    instructions = [line.split(maxsplit=1) for line in lines if re.match("[A-Z]+ ", line)]
    assert ["ARG", "PYTHON_IMAGE=python:3.11-slim-bookworm"] in instructions
    assert [value for name, value in instructions if name == "FROM"] == ["${PYTHON_IMAGE}"]
    assert SERVICES["upgrade"]["build"]["args"] == {
        "PYTHON_IMAGE": "${PYTHON_IMAGE:-python:3.11-slim-bookworm}"
    }
    users = [value for name, value in instructions if name == "USER"]
    assert users
    assert users[-1] != "root"
    assert "[dev]" not in "\n".join(lines)
    assert lines[-1] == 'CMD ["commons", "serve", "--host", "0.0.0.0"]'


def test_packages_come_before_the_sources_and_by_their_hashes() -> None:
    text = (PROJECT / "Dockerfile").read_text("utf-8")
    packages = text.index("pip install --require-hashes --only-binary=:all: -r requirements.lock")
    sources = text.index("COPY . .")
    assert text.index("COPY requirements.lock .") < packages < sources
    assert sources < text.index("pip install --no-deps --no-build-isolation --no-index .")
    assert "!requirements.lock" in (PROJECT / ".dockerignore").read_text("utf-8").splitlines()


def test_the_lock_has_every_package_at_a_version_that_we_allow_with_its_hashes() -> None:
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", re.sub(r"#.*", "", lock), flags=re.MULTILINE)[1:]
    locked = {entry.split("==")[0]: entry.split("==")[1].split()[0] for entry in entries}
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock, "no registry is named"
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["build"]]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement
