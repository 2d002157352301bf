"""A drawing as a PDF of one page, its letters embedded; the same drawing gives the same bytes."""

from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from maps.poster.drawing import Disc, Drawing, Outline, Words
from maps.poster.letters import MM_PER_PT

PT_PER_MM = 1 / MM_PER_PT


def write_pdf(drawing: Drawing) -> bytes:
    """Return the file."""
    content = BytesIO()
    width, height = drawing.width * PT_PER_MM, drawing.height * PT_PER_MM
    # `invariant`: neither the time nor a random number is written.
    page = Canvas(content, pagesize=(width, height), pageCompression=1, invariant=1, lang=drawing.language)
    page.setTitle(drawing.title)
    page.setCreator("")
    page.setAuthor("")
    page.setSubject("")
    page.setLineJoin(1)
    for shape in drawing.shapes:
        _draw(page, shape, height)
    for link in drawing.links:
        x, y = link.x * PT_PER_MM, height - link.y * PT_PER_MM
        corners = (x, y - link.height * PT_PER_MM, x + link.width * PT_PER_MM, y)
        page.linkURL(link.address, corners, relative=0)
    page.showPage()
    page.save()
    return content.getvalue()


def _draw(page: Any, shape: Outline | Disc | Words, height: float) -> None:
    """Draw a shape; a PDF counts from the lower left corner."""
    match shape:
        case Outline():
            _outline(page, shape, height)
        case Disc():
            page.setFillColor(HexColor(shape.fill))
            page.setStrokeColor(HexColor(shape.stroke))
            page.setLineWidth(shape.stroke_mm * PT_PER_MM)
            page.setDash()
            page.circle(
                shape.x * PT_PER_MM, height - shape.y * PT_PER_MM, shape.radius * PT_PER_MM, stroke=1, fill=1
            )
        case Words():
            page.setFillColor(HexColor(shape.style.colour))
            page.setFont(shape.style.font, shape.style.size_pt)
            draw = {"start": page.drawString, "middle": page.drawCentredString, "end": page.drawRightString}
            draw[shape.anchor](shape.x * PT_PER_MM, height - shape.y * PT_PER_MM, shape.text)


def _outline(page: Any, shape: Outline, height: float) -> None:
    path = page.beginPath()
    for ring in shape.rings:
        for at, (x, y) in enumerate(ring):
            draw = path.lineTo if at else path.moveTo
            draw(x * PT_PER_MM, height - y * PT_PER_MM)
        if shape.closed:
            path.close()
    if shape.fill:
        page.setFillColor(HexColor(shape.fill))
    if shape.stroke:
        page.setStrokeColor(HexColor(shape.stroke))
        page.setLineWidth(shape.stroke_mm * PT_PER_MM)
        page.setDash([length * PT_PER_MM for length in shape.dash_mm])
    page.drawPath(path, stroke=int(bool(shape.stroke)), fill=int(bool(shape.fill)), fillMode=0)
