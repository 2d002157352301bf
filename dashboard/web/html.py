"""What the pages outside Streamlit have in common: the reader's language, the form that was sent, the template."""

from functools import cache
from pathlib import Path

import jinja2
from starlette.requests import Request

from commons.vocabulary import Language


def language_of(request: Request) -> Language:
    """Return the language of the address, else the first of ours that the browser prefers, else French."""
    weighed = []
    for position, part in enumerate(request.headers.get("accept-language", "").split(",")):
        code, _, weight = part.strip().partition(";q=")
        quality = float(weight) if weight.replace(".", "", 1).isdecimal() else 1.0
        weighed.append((-quality, position, code[:2].lower()))
    said = (request.query_params.get("lang", ""), *(code for _, _, code in sorted(weighed)))
    return next((Language(code) for code in said if code in set(Language)), Language.FR)


async def body_of(request: Request, most: int) -> bytes | None:
    """Return what was sent, None where that is more than `most` bytes: no more is read then."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return body


@cache
def template(name: str) -> jinja2.Template:
    """Return a template beside this file; everything put into it is escaped."""
    folder = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=folder, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)
