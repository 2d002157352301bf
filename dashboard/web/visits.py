"""What a visit may take of this process's memory: how many visits there are, and files from nobody but a partner.

Streamlit lets whoever opened a visit send files to it, of any number, and keeps them for minutes after it has ended.
Here a file is taken from a visit that holds a partner's token at that moment, one at a time and within bounds, before
a byte of it is read; and all that a visit holds goes when its connection does.
"""

import logging
import re
from collections import Counter
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.partners import Partner, partner_of_token
from commons.settings import Secret
from dashboard.session import Key
from dashboard.web.failures import RETRY, note_failure, status_of
from dashboard.web.hosts import is_same_origin
from dashboard.web.propose_gate import NETWORK_BITS, network_of
from dashboard.web.shell import STREAM_PATH
from ingest.read.file_name import is_file_name

UPLOAD_PATH = re.compile(r"/_stcore/upload_file/([0-9a-f-]{36})/([0-9a-f-]{36})")
MB = 1024 * 1024
LARGEST_UPLOAD_BYTES = 50 * MB + 64 * 1024
"""As `maxUploadSize` in .streamlit/config.toml, and what a browser wraps around a file."""
MOST_OF_PARTNER_BYTES = 200 * MB
MOST_OF_ALL_BYTES = 500 * MB
LEAST_CHARGE_BYTES = MB
"""What the smallest file counts for, so that their number has a bound too."""
LONGEST_LENGTH = 12
MOST_VISITS = 1000
MOST_VISITS_OF_NETWORK = 150
"""A school or an office has one address for all; and whoever has many addresses is one."""
MOST_NAMES_ASKED = 10
"""For how many files a visit may ask an address at once; the page asks for one."""

log = logging.getLogger(__name__)


class Visits:
    """Middleware: counts the visits, and lets a file through to one that is a partner's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._open: Counter[str] = Counter()
        self._partners: dict[str, int] = {}
        """Whose the visits with a file are."""
        self._coming: dict[str, int] = {}
        """The bytes that are on their way, by visit."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - ASGI's own word
        if scope["type"] == "websocket" and scope["path"] == STREAM_PATH:
            await self._visit(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "PUT":
            await self._upload(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _visit(self, scope: Scope, receive: Receive, send: Send) -> None:
        network = network_of(scope["client"][0] if scope["client"] else "", NETWORK_BITS)
        if self._open.total() >= MOST_VISITS or self._open[network] >= MOST_VISITS_OF_NETWORK:
            await send({"type": "websocket.close", "code": 1013})
            return

        async def receive_sparing() -> Message:
            message = await receive()
            return message if is_sparing(message) else {"type": "websocket.disconnect", "code": 1008}

        self._open[network] += 1
        try:
            await self.app(scope, receive_sparing, send)
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]
            self._free_ended()

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        found, headers = UPLOAD_PATH.fullmatch(scope["path"]), Headers(scope=scope)
        if found is None or not is_same_origin(headers):
            await Response(status_code=HTTPStatus.FORBIDDEN)(scope, receive, send)
            return
        visit, file_id = found.groups()
        length = headers.get("content-length", "")
        refusal = await self._refusal(visit, length)
        if refusal is not None:
            await Response(status_code=refusal, headers=RETRY)(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < HTTPStatus.MULTIPLE_CHOICES:
                is_kept = self._keep(visit, file_id)
                message = message if is_kept else {**message, "status": HTTPStatus.BAD_REQUEST}
            await send(message)

        self._coming[visit] = charge(int(length))
        try:
            await self.app(scope, receive, answer)
        finally:
            del self._coming[visit]
            self._free_ended()

    async def _refusal(self, visit: str, length: str) -> HTTPStatus | None:
        """Return why a file of that length is not taken into a visit, None where it is; its partner is noted then."""
        if not (length.isascii() and length.isdigit() and len(length) < LONGEST_LENGTH):
            return HTTPStatus.LENGTH_REQUIRED
        if int(length) > LARGEST_UPLOAD_BYTES:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        try:
            partner = await run_in_threadpool(partner_of_visit, visit)
        except Exception as failure:  # noqa: BLE001 - the log has its type and place
            note_failure(failure)
            return HTTPStatus.SERVICE_UNAVAILABLE
        if partner is None:
            return HTTPStatus.FORBIDDEN
        self._partners[visit] = partner.partner_id
        return self._too_much(visit, charge(int(length)))

    def _too_much(self, visit: str, size: int) -> HTTPStatus | None:
        """Return how to refuse what goes beyond the bounds of a visit, of its partner, or of this process."""
        held, partner = self._held(), self._partners[visit]
        of_partner = sum(taken for other, taken in held.items() if self._partners.get(other) == partner)
        if visit in self._coming or of_partner + size > MOST_OF_PARTNER_BYTES:
            return HTTPStatus.TOO_MANY_REQUESTS
        return HTTPStatus.SERVICE_UNAVAILABLE if held.total() + size > MOST_OF_ALL_BYTES else None

    def _held(self) -> Counter[str]:
        """Return how many bytes each visit has here, and on their way."""
        files = list(uploads().file_storage.items())
        held = Counter(
            {visit: sum(charge(len(file.data)) for file in kept.values()) for visit, kept in files}
        )
        held.update(self._coming)
        return held

    def _keep(self, visit: str, file_id: str) -> bool:
        """Keep the file that has come instead of those before it; tell whether its name is one."""
        manager = uploads()
        is_kept = any(is_file_name(file.name) for file in manager.get_files(visit, [file_id]))
        for other in list(manager.file_storage.get(visit, ())):
            if other != file_id or not is_kept:
                manager.remove_file(visit, other)
        return is_kept

    def _free_ended(self) -> None:
        """Give back what visits held that have ended: their files, and with them all that they knew of these."""
        runtime = Runtime.instance()
        for visit in {*uploads().file_storage, *self._partners} - {*self._coming}:
            if not runtime.is_active_session(visit):
                runtime.close_session(visit)
                uploads().remove_session_files(visit)
                self._partners.pop(visit, None)


def is_sparing(message: Message) -> bool:
    """Tell whether what a browser sends is a message of Streamlit's that asks for no more than our pages do.

    Streamlit would fail on a text, and write the failure into the log.
    """
    if message["type"] != "websocket.receive":
        return True
    asked = message.get("bytes")
    if asked is None:
        return False
    said = BackMsg()
    try:
        said.ParseFromString(asked)
    except Exception:  # noqa: BLE001 - whatever it is, it is none
        return False
    return len(said.file_urls_request.file_names) <= MOST_NAMES_ASKED


def forget_files() -> None:
    """Give back the files of the visit whose page this is: it needs them no longer."""
    context = get_script_run_ctx()
    if context is not None and Runtime.exists():
        Runtime.instance().uploaded_file_mgr.remove_session_files(context.session_id)


def charge(size: int) -> int:
    """Return what a file counts for."""
    return max(size, LEAST_CHARGE_BYTES)


def partner_of_visit(visit: str) -> Partner | None:
    """Return the partner whose token a visit holds and that is valid now; None where it is nobody's, or has ended."""
    session = Runtime.instance().get_app_session(visit)
    if session is None:
        return None
    try:
        token = session.session_state[Key.TOKEN]
    except KeyError:
        return None
    if not isinstance(token, Secret):
        return None
    try:
        with connect(Role.INGEST) as connection:
            return partner_of_token(connection, token.reveal())
    except CommonsError as failure:
        if status_of(failure) is HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        return None


def uploads() -> MemoryUploadedFileManager:
    """Return what keeps the files of all visits."""
    manager = Runtime.instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)  # noqa: S101 - it is what st.App makes
    return manager
