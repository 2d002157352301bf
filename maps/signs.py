"""How the map of an upload tells what becomes of each record: a shape for each fate, and only then a colour.

The shapes are drawn on a square from -8 to 8. The colours are Okabe and Ito's: told apart under every common colour
blindness.
"""

from dataclasses import dataclass

from commons.vocabulary import Fate


@dataclass(frozen=True, slots=True)
class Sign:
    """An SVG path with its fill, its stroke, and how wide that is."""

    path: str
    fill: str
    stroke: str
    stroke_px: float

    def svg(self) -> str:
        """Return the sign as an SVG element."""
        paint = f'fill="{self.fill}" stroke="{self.stroke}" stroke-width="{self.stroke_px}"'
        return f'<path d="{self.path}" {paint}/>'


SIGNS = {
    Fate.NEW: Sign("M0 -6.5 L6.5 5 H-6.5 Z", "#0072b2", "#ffffff", 1.6),
    Fate.CHANGED: Sign("M0 -6.5 L6.5 0 L0 6.5 L-6.5 0 Z", "#d55e00", "#ffffff", 1.6),
    Fate.UNCHANGED: Sign("M-4 0 A4 4 0 1 0 4 0 A4 4 0 1 0 -4 0 Z", "#ffffff", "#5a646e", 1.6),
    Fate.GONE: Sign("M-5 -5 L5 5 M-5 5 L5 -5", "none", "#111111", 2.6),
}
"""A triangle, a diamond, a ring and a cross."""
DRAWN_FIRST = (Fate.UNCHANGED, Fate.NEW, Fate.CHANGED, Fate.GONE)
"""What is most common lies at the bottom."""
