"""A small SMTP server on this machine, which keeps the mail that it gets."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

LOGIN = base64.b64encode(b"\0desk\0pass word").decode()


@dataclass
class MailServer:
    """Accepts the user ``desk`` with ``pass word``, and no recipient or sender called ``nobody``."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        writer.write(b"220 ready\r\n")
        names = list[str]()
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ", maxsplit=1)[0].upper()
            answer = "250 ok"
            if verb == "EHLO":
                answer = "250-here\r\n250 AUTH PLAIN"
            elif verb == "AUTH":
                answer = "235 welcome" if line.endswith(LOGIN) else "535 unknown"
            elif "nobody" in line:
                answer = "550 no such mailbox"
            elif verb == "RCPT":
                names.append(line.partition("<")[2].rstrip(">"))
            elif verb == "DATA":
                writer.write(b"354 go ahead\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(message_from_bytes(data[:-5], policy=policy.default))
                self.envelopes.append(names)
            elif verb == "QUIT":
                answer = "221 bye"
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a server in a thread."""
    made, loop = MailServer(), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(made.answer, "127.0.0.1", 0))
    made.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
