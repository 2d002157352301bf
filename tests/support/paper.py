"""What a reader of a PDF sees of it: its words, its picture, and what a telephone reads from its QR code."""

import pypdfium2
import zxingcpp
from PIL import Image


def pdf_text(content):
    """Return the words of a PDF's pages, as a program that copies them would have them."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def pdf_size_mm(content):
    """Return the width and height of a PDF's only page."""
    (page,) = pypdfium2.PdfDocument(content)
    return tuple(round(points * 25.4 / 72) for points in page.get_size())


def pdf_picture(content, dots_per_inch=150):
    """Return the picture of a PDF's first page."""
    return pypdfium2.PdfDocument(content)[0].render(scale=dots_per_inch / 72).to_pil()


def read_code(picture: Image.Image):
    """Return what is written in the only QR code of a picture."""
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text
