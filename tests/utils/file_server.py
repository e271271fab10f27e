"""A small HTTP server on the loopback interface that can misbehave in the ways real ones do."""

import contextlib
import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves `files` (path: bytes) and notes each request's headers in `requests`.

    Faults, each for the requests to come:
    statuses: HTTP error codes (or pairs of code and extra headers) to answer first, one a request.
    cuts: after how many bytes of the body to hang up, one a request.
    ranges: whether Range is understood. if_range: whether If-Range is.
    validators: header names to send, of ETag and Last-Modified. weak: whether the ETag is weak.
    length: whether the length is sent. chunked: whether the body is sent in chunks instead.
    """

    def __init__(self):
        self.files = {}
        self.requests = []
        self.sent = []  # bytes of body, one entry a request
        self.statuses = []
        self.cuts = []
        self.ranges = self.if_range = self.length = True
        self.chunked = self.weak = False
        self.validators = ("ETag",)
        self.gate = threading.Event()  # bodies wait for it
        self.gate.set()
        self.arrived = threading.Event()  # set by each request
        self.url = None

    def etag(self, body):
        return ("W/" if self.weak else "") + '"' + hashlib.md5(body).hexdigest() + '"'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):  # noqa: N802 - the name that http.server calls
        script = self.server.script
        script.requests.append(dict(self.headers))
        script.arrived.set()
        self.close_connection = True
        if script.statuses:
            status = script.statuses.pop(0)
            code, headers = status if isinstance(status, tuple) else (status, {})
            return self._answer(code, b"trouble", headers)
        body = script.files.get(self.path)
        if body is None:
            return self._answer(404, b"no such file", {})
        headers = {}
        if "ETag" in script.validators:
            headers["ETag"] = script.etag(body)
        if "Last-Modified" in script.validators:
            headers["Last-Modified"] = "Tue, 01 Jan 2019 00:00:00 GMT"
        wanted = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        fresh = condition in (None, headers.get("ETag"), headers.get("Last-Modified"))
        if wanted and script.ranges and (fresh or not script.if_range):
            start = int(wanted[1])
            if start >= len(body):
                return self._answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            return self._answer(206, body[start:], headers)
        return self._answer(200, body, headers)

    def _answer(self, code, body, headers):
        script = self.server.script
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        if script.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif script.length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        script.gate.wait(10)
        cut = script.cuts.pop(0) if script.cuts and code < 300 else len(body)
        part = body[:cut]
        script.sent.append(len(part))
        if script.chunked:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            if cut >= len(body):
                self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.write(part)


@contextlib.contextmanager
def serving():
    """Run a `FileServer` on a free port of the loopback interface for the `with` block."""
    script = FileServer()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.script = script
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
