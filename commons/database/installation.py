"""The PostgreSQL programs of this machine that bring PostGIS."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from commons.errors import CommonsError

OLDEST_MAJOR = 15
"""The oldest PostgreSQL the schema is written for."""
PROGRAMS = ("initdb", "pg_ctl", "postgres")
DEBIAN_FOLDER = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Installation:
    """One installed PostgreSQL; `version` reads like 15.18."""

    programs: Path
    version: str
    has_postgis: bool

    @property
    def major(self) -> int:
        """Return the number that a data folder must agree with."""
        return int(self.version.split(".")[0])


def find_installation(major: int | None = None) -> Installation:
    """Return the newest PostgreSQL that has PostGIS, of `major` only where a data folder asks for it.

    Raises CommonsError naming the Debian package to install.
    """
    candidates = [found for found in installations() if found.major >= OLDEST_MAJOR]
    if major is not None:
        candidates = [found for found in candidates if found.major == major]
        if not candidates:
            raise CommonsError("embedded.other_major", major=major)
    if not candidates:
        raise CommonsError("embedded.no_postgresql", oldest=OLDEST_MAJOR)
    complete = [found for found in candidates if found.has_postgis]
    if not complete:
        raise CommonsError("embedded.no_postgis", version=candidates[0].version, major=candidates[0].major)
    return complete[0]


def installations() -> list[Installation]:
    """Return every PostgreSQL on PATH, where `pg_config` points and in Debian's folder, newest first."""
    folders = {Path(folder).resolve() for folder in _folders() if _holds_server(folder)}
    found = [_describe(folder) for folder in folders]
    return sorted(found, key=lambda each: [int(part) for part in each.version.split(".")], reverse=True)


def _folders() -> list[Path]:
    on_path = shutil.which("initdb")
    configured = shutil.which("pg_config")
    folders = [Path(on_path).resolve().parent] if on_path else []
    if configured:
        folders.append(Path(_output(configured, "--bindir")))
    return folders + list(DEBIAN_FOLDER.glob("*/bin"))


def _holds_server(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in PROGRAMS)


def _describe(folder: Path) -> Installation:
    version = re.findall(r"\d+(?:\.\d+)?", _output(folder / "postgres", "--version"))[0]
    own_config = folder / "pg_config"
    shared = (
        Path(_output(own_config, "--sharedir"))
        if own_config.exists()
        else Path("/usr/share/postgresql") / version.split(".")[0]
    )
    return Installation(folder, version, (shared / "extension" / "postgis.control").exists())


def _output(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
