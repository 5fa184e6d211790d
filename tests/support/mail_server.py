"""A small SMTP server on this machine, which keeps the mail that it gets."""

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from socketserver import StreamRequestHandler, ThreadingTCPServer

_LOGIN = b64encode(b"\0desk\0pass word")


class MailServer(ThreadingTCPServer):
    """Accepts the user ``desk`` with ``pass word``; there is no mailbox called ``nobody``."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.port, self.mails, self.recipients = self.server_address[1], [], []


class _Connection(StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline().strip():
            self.wfile.write(self._answer(line, line[:4].upper()) + b"\r\n")

    def _answer(self, line: bytes, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-here\r\n250 AUTH PLAIN"
        if verb == b"AUTH":
            return b"235 welcome" if line.endswith(_LOGIN) else b"535 unknown"
        if b"nobody" in line:
            return b"550 no such mailbox"
        if verb == b"RCPT":
            self.server.recipients.append(line.decode().partition("<")[2].rstrip(">"))
        if verb == b"DATA":
            self.wfile.write(b"354 go ahead\r\n")
            text = b"".join(iter(self.rfile.readline, b".\r\n"))
            self.server.mails.append(message_from_bytes(text, policy=policy.default))
        return b"221 bye" if verb == b"QUIT" else b"250 ok"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a server in a thread."""
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
