"""The QR code of an address, as an outline."""

import segno

from commons.errors import CommonsError
from maps.poster.drawing import Outline, Ring, rectangle
from maps.poster.letters import PAPER

LONGEST_ADDRESS = 400
"""Characters: with more, a code of this size has modules too fine for a telephone to read from a window."""
QUIET = 4
"""Modules of bare paper that the standard asks for on each side."""


def code_of(address: str, x: float, y: float, side: float) -> list[Outline]:
    """Return the code on white, `side` millimetres wide. Raises CommonsError where the address is too long."""
    if len(address) > LONGEST_ADDRESS:
        raise CommonsError("poster.address_too_long", most=LONGEST_ADDRESS)
    matrix = segno.make_qr(address, error="m").matrix
    module = side / (len(matrix) + 2 * QUIET)
    rings: list[Ring] = []
    for row, modules in enumerate(matrix):
        for start, end in _runs(modules):
            left, top = x + (start + QUIET) * module, y + (row + QUIET) * module
            rings.append(rectangle(left, top, (end - start) * module, module))
    ground = Outline((rectangle(x, y, side, side),), fill=PAPER)
    return [ground, Outline(tuple(rings), fill="#000000")]


def _runs(modules: bytearray) -> list[tuple[int, int]]:
    """Return where dark modules begin and end.

    >>> _runs(bytearray([1, 1, 0, 1]))
    [(0, 2), (3, 4)]
    """
    edges = [at for at in range(len(modules) + 1) if _dark(modules, at) != _dark(modules, at - 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _dark(modules: bytearray, at: int) -> bool:
    return 0 <= at < len(modules) and bool(modules[at])
