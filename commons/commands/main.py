"""The command `commons`: it runs what was typed, and explains a failure in the reader's language."""

import sys
from typing import NoReturn

from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints
from commons.commands.tree import command_tree
from commons.errors import CommonsError

with lazy_imports():
    import psycopg

    from commons.database.failures import interruption, lacks_schema


def main() -> None:
    """Run the command line; an explained failure is told in the reader's language, and the exit status is 1."""
    try:
        command_tree()(prog_name="commons")
    except SystemExit:  # as every command ends; psycopg is not loaded to see that it is none of its errors
        raise
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
