"""The tree of commands: what a person may type is known at once, a command's module is loaded when it is called.

Each room lists its own in `COMMANDS` of its package `commands`, an entry point of the group `commons.commands`.
"""

from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from commons.commands.terminal import say
from commons.errors import CommonsError

ENTRY_POINTS = "commons.commands"


class LazyCommand(TyperCommand):
    """A command of which the words and the help are known; its options are when its module is loaded."""

    def __init__(self, words: str, module: str, function: str) -> None:
        super().__init__(words.rpartition(" ")[2], help=_help_of(words), rich_markup_mode=None)
        self.module, self.function = module, function

    def load(self) -> Any:
        """Return the whole command."""
        function = getattr(import_module(self.module), self.function)
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command(self.name, help=f"{self.help}\n\n{say('example')}: {function.example}")(function)
        return get_command(app)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the context of the whole command, which then runs in the place of this one."""
        return self.load().make_context(*args, **kwargs)


def command_tree() -> TyperGroup:
    """Return the commands of every room that is installed.

    Raises CommonsError where none is known: the program's files were replaced, and it was not installed anew.
    """
    rooms = entry_points(group=ENTRY_POINTS)
    if not rooms:
        raise CommonsError("not_installed")
    groups = {"": _group("commons")}
    commands = {words: (room.module, place) for room in rooms for words, place in room.load().items()}
    for words, (room, place) in sorted(commands.items()):
        above = words.rpartition(" ")[0]
        if above not in groups:
            groups[above] = _group(above)
            groups[""].add_command(groups[above])
        module, _, function = place.partition(":")
        groups[above].add_command(LazyCommand(words, f"{room}.{module}", function))
    return groups[""]


def _group(name: str) -> TyperGroup:
    return TyperGroup(name=name, help=_help_of(name), no_args_is_help=True, rich_markup_mode=None)


def _help_of(words: str) -> str:
    return say(f"{words.replace(' ', '_').replace('-', '_')}.help")
