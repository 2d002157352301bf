"""The tree of commands."""

import sys
from typing import NoReturn

import psycopg

from commons.cli import (
    alternatives,
    charter,
    cluster,
    compare,
    consent,
    consent_show,
    data,
    demo,
    erasure,
    link,
    locate,
    mapping,
    poster,
    proposals,
    research,
    safekeeping,
    sources,
    upkeep,
    uploads,
)
from commons.cli.terminal import complaints, group
from commons.database.failures import interruption, lacks_schema
from commons.errors import CommonsError

app = group("commons")
cluster.register(app)
data.register(app)
uploads.register(app)
locate.register(app)
sources.register(app)
mapping.register(app)
compare.register(app)
poster.register(app)
link.register(app)
alternatives.register(app)
proposals.register(app)
demo.register(app)
consent_show.register(consent.app)
erasure.register(consent.app)
safekeeping.register(app)
upkeep.register(app)
app.add_typer(charter.app, name="charter")
app.add_typer(consent.app, name="consent")
app.add_typer(research.app, name="research")


def main() -> None:
    """Run the command line; an explained failure is told in the reader's language, and the exit status is 1."""
    try:
        app()
    except CommonsError as failure:
        _complain(failure)
    except OSError as failure:
        if failure.filename is None:
            raise
        _complain(CommonsError("system_file", file=failure.filename, reason=failure.strerror))
    except psycopg.Error as failure:
        explained = CommonsError("database.not_upgraded") if lacks_schema(failure) else interruption(failure)
        if explained is None:
            raise
        _complain(explained)


def _complain(failure: CommonsError) -> NoReturn:
    complaints.print(failure.what(), style="bold red", markup=False)
    complaints.print(failure.remedy(), markup=False)
    sys.exit(1)
