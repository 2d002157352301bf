"""The command `commons`: the composition root of what a person does at a terminal.

Rooms above this one are imported inside the commands that need them.
"""

from commons.cli.main import main

__all__ = ["main"]
