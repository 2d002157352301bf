"""A drawing as SVG: one unit is a millimetre."""

from html import escape

from maps.poster.drawing import Disc, Drawing, Outline, Ring, Words
from maps.poster.letters import BOLD

FONTS = "'DejaVu Sans',Verdana,sans-serif"


def write_svg(drawing: Drawing) -> bytes:
    """Return the file."""
    width, height = number(drawing.width), number(drawing.height)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
        f'viewBox="0 0 {width} {height}" xml:lang="{drawing.language}" font-family="{FONTS}" role="img">'
    )
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        head,
        f"<title>{escape(drawing.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *map(element, drawing.shapes),
        *(
            f'<a href="{escape(link.address)}"><rect x="{number(link.x)}" y="{number(link.y)}" '
            f'width="{number(link.width)}" height="{number(link.height)}" fill-opacity="0"/></a>'
            for link in drawing.links
        ),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def element(shape: Outline | Disc | Words) -> str:
    """Return the element that draws a shape."""
    match shape:
        case Outline():
            path = "".join(_path(ring, closed=shape.closed) for ring in shape.rings)
            dash = f' stroke-dasharray="{" ".join(map(number, shape.dash_mm))}"' if shape.dash_mm else ""
            stroke = (
                f' stroke="{shape.stroke}" stroke-width="{number(shape.stroke_mm)}"{dash}'
                if shape.stroke
                else ""
            )
            return f'<path d="{path}" fill="{shape.fill or "none"}" fill-rule="evenodd"{stroke}/>'
        case Disc():
            return (
                f'<circle cx="{number(shape.x)}" cy="{number(shape.y)}" r="{number(shape.radius)}" fill="{shape.fill}"'
                f' stroke="{shape.stroke}" stroke-width="{number(shape.stroke_mm)}"/>'
            )
        case Words():
            weight = ' font-weight="bold"' if shape.style.font == BOLD else ""
            anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
            return (
                f'<text x="{number(shape.x)}" y="{number(shape.y)}" font-size="{number(shape.style.size_mm)}"'
                f' fill="{shape.style.colour}"{weight}{anchor}>{escape(shape.text)}</text>'
            )


def _path(ring: Ring, *, closed: bool) -> str:
    points = "L".join(f"{number(x)} {number(y)}" for x, y in ring)
    return f"M{points}{'Z' if closed else ''}"


def number(value: float) -> str:
    """Return millimetres, exact to a hundredth.

    >>> number(3.0), number(3.14159)
    ('3', '3.14')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")
