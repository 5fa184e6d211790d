"""Mail through the SMTP server of ``CASEBOOK_MAIL``."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import SecretStr

from publishing.wording import one_line
from schemas.errors import ConfigurationError

_SECONDS = 30
_EXAMPLE = "smtp://USER:PASSWORD@mail.example:587?from=casebook@mail.example&to=team@mail.example"
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def send(account: SecretStr | None, subject: str, text: str, html: str) -> list[str]:
    """Send a mail as plain text and HTML; return the recipients.

    ``account`` is an address like ``smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&to=ADDRESS,…``.
    ``smtps`` uses TLS from the beginning, ``smtp`` as soon as the server offers it.

    Raises:
        ConfigurationError: if the account is missing or incomplete, or the server is unreachable
            or rejects the mail.
    """
    server = urlsplit(account.get_secret_value() if account else "")
    names = parse_qs(server.query)
    sender = next(iter(names.get("from", ())), "")
    to = [one.strip() for text in names.get("to", ()) for one in text.split(",") if one.strip()]
    is_complete = server.scheme in {"smtp", "smtps"} and server.hostname
    if not is_complete or not all("@" in one for one in (sender, *to)) or not to:
        raise ConfigurationError(f"set CASEBOOK_MAIL to send mail, for example {_EXAMPLE}")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = one_line(subject), sender, ", ".join(to)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="casebook")
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    try:
        with _connection(server) as connection:
            _log_in(connection, server)
            refused = connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except smtplib.SMTPAuthenticationError:
        raise _failure(server, "rejected the user or the password") from None
    except smtplib.SMTPSenderRefused as error:
        raise _failure(server, f"does not accept mail from {sender}", error.smtp_error) from None
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise _failure(server, "cannot be used", str(error)) from error
    if refused:
        _, answer = next(iter(refused.values()))
        raise _failure(server, f"does not deliver to {', '.join(refused)}", answer)
    return to


def _connection(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "", server.port or 0  # 0 is the default of the protocol
    if server.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    return smtplib.SMTP(host, port, timeout=_SECONDS)


def _log_in(connection: smtplib.SMTP, server: SplitResult) -> None:
    """Encrypt the connection if the server offers it, and log in the user, if there is one."""
    connection.ehlo()
    if connection.has_extn("starttls"):
        connection.starttls(context=ssl.create_default_context())
    elif server.password and server.scheme == "smtp" and server.hostname not in _LOCAL:
        raise smtplib.SMTPException("it offers no encryption for the password; use smtps://")
    if server.username:
        connection.login(unquote(server.username), unquote(server.password or ""))


def _failure(server: SplitResult, problem: str, why: bytes | str = "") -> ConfigurationError:
    words = one_line(why.decode("utf-8", "replace") if isinstance(why, bytes) else why)
    answer = f" ({words})" if words else ""
    return ConfigurationError(
        f"the mail server {server.hostname} {problem}{answer}; check CASEBOOK_MAIL"
    )
