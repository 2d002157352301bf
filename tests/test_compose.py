"""What docker-compose.yml and the Dockerfile must keep: closed ports, no secret, a healthy database before the app."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from commons.database.options import OPTIONS

PROJECT = Path(__file__).parent.parent
TEXT = (PROJECT / "docker-compose.yml").read_text("utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?[^}]+\}")


def environment() -> list[tuple[str, str]]:
    return [entry for service in SERVICES.values() for entry in service["environment"].items()]


def test_every_published_port_is_on_the_loopback_address_only() -> None:
    assert "ports" not in SERVICES["db"]
    assert SERVICES["app"]["ports"] == ["127.0.0.1:8501:8501"]
    assert all("network_mode" not in service for service in SERVICES.values())


def test_the_database_has_no_way_out() -> None:
    assert SERVICES["db"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert "inside" in SERVICES["app"]["networks"]


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
    assert SERVICES["app"]["networks"] == ["inside"]


@pytest.mark.parametrize("name", ["app", "upgrade"])
def test_the_app_can_write_to_its_volume_only(name: str) -> None:
    app = SERVICES[name]
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    assert app["volumes"] == ["home:/var/lib/commons"]


def test_every_password_is_required_from_the_environment_and_none_is_written_here() -> None:
    secrets = [(name, value) for name, value in environment() if "PASSWORD" in name]
    assert len(secrets) == 1 + 4 + 1 + 4
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
    assert re.fullmatch(r"postgis/postgis:\d+-\d+\.\d+", SERVICES["db"]["image"])
    assert "database:/var/lib/postgresql/data" in SERVICES["db"]["volumes"]
    assert set(COMPOSE["volumes"]) == {"database", "home"}


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
    assert [value for name, value in instructions if name == "FROM"] == ["python:3.11-slim-bookworm"]
    users = [value for name, value in instructions if name == "USER"]
    assert users
    assert users[-1] != "root"
    assert "[dev]" not in "\n".join(lines)
    assert lines[-1] == 'CMD ["commons", "serve", "--host", "0.0.0.0"]'
