"""A visit to the dashboard without a browser: the WebSocket, the widgets that come by it, and the files sent with it."""

from contextlib import contextmanager
from pathlib import Path

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class PageVisit:
    """One visit, at a page of the dashboard."""

    def __init__(self, address, socket, tls=None):
        self.address, self.socket, self.tls = address, socket, tls
        self.session_id = None
        self.deltas = []

    def run(self, query="lang=en", page="", widgets=()):
        """Have the page made, and return once it is."""
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        asked.rerun_script.widget_states.widgets.extend(widgets)
        self.deltas = []
        self.socket.send(asked.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(self.socket.recv(timeout=60))
            match told.WhichOneof("type"):
                case "new_session":
                    self.session_id = told.new_session.initialize.session_id
                case "delta":
                    self.deltas.append(told.delta)
                case "script_finished":
                    return self

    def elements(self, kind):
        return [
            getattr(delta.new_element, kind)
            for delta in self.deltas
            if delta.new_element.WhichOneof("type") == kind
        ]

    def enter(self, token):
        """Give a partner's token on the upload page."""
        self.run(page="upload")
        field = self.elements("text_input")[0]
        button = next(found for found in self.elements("button") if found.is_form_submitter)
        said = BackMsg().rerun_script.widget_states
        said.widgets.add(id=field.id, string_value=token)
        said.widgets.add(id=button.id, trigger_value=True)
        return self.run(page="upload", widgets=said.widgets)

    def upload(self, content, name="list.csv", file_id="0" * 8 + "-0000-4000-8000-" + "0" * 12, **headers):
        """Send a file as the page's uploader does."""
        verify = True if self.tls is None else self.tls
        with httpx.Client(base_url=self.address, trust_env=False, timeout=60, verify=verify) as client:
            mark = client.get("/_stcore/health").cookies["_streamlit_xsrf"]
            return client.put(
                f"/_stcore/upload_file/{self.session_id}/{file_id}",
                files={"file": (name, content)},
                headers={"X-Xsrftoken": mark, "Origin": self.address, **headers},
            )


@contextmanager
def page_visit(address, tls=None):
    """Yield a visit that is open; `tls` knows the certificate of an https address."""
    origin = str(address)
    stream = f"{origin.replace('http', 'ws', 1)}/_stcore/stream"
    options = {"max_size": None, "max_queue": None, "open_timeout": 60, "close_timeout": 2, "proxy": None}
    with connect(stream, origin=origin, subprotocols=["streamlit", "x"], ssl=tls, **options) as socket:
        yield PageVisit(origin, socket, tls)


def resident_mb(pid):
    """Return the memory that a process has in use."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
