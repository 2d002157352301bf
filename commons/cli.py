"""Where an installation from before 0.1.0 looks for the command; the tree then says that it is to be installed anew."""

from commons.commands.main import main

__all__ = ["main"]
