"""``digest``: what is new on the site, to print or to mail."""

import sys
from asyncio import to_thread
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from cli.context import with_resources
from cli.options import opt
from cli.summaries import safe
from cli.terminal import emit, err, wants_json

if TYPE_CHECKING:
    from config.resources import Resources

_WEEK = timedelta(days=7)


@with_resources()
async def digest(
    resources: "Resources",
    since: Annotated[
        datetime | None, opt(formats=["%Y-%m-%d"], help="The first day; by default a week ago.")
    ] = None,
    format: Annotated[Literal["markdown", "html"], opt(help="How to print it.")] = "markdown",  # noqa: A002 - the option's name
    mail: Annotated[bool, opt("--mail", help="Mail it with CASEBOOK_MAIL.")] = False,
) -> None:
    """Print or mail what is new on the site: cases, withdrawals, findings and reports."""
    from services.digest import digest_text, make_digest
    from services.mail import send
    from services.publication import site_settings

    made = await make_digest(resources, (since or datetime.now(UTC) - _WEEK).date())
    site = site_settings(resources.settings)
    text, html = (digest_text(made, site, kind) for kind in ("md", "html"))
    if mail and made.parts:
        to = await to_thread(send, resources.settings.mail, made.subject, text, html)
        err().print(f"mailed to {safe(', '.join(to))}")
    elif mail:
        err().print(f"Not mailed: nothing changed since {made.since}.")
    elif wants_json():
        emit([made], "")
    else:
        sys.stdout.write(f"{html if format == 'html' else text}\n")
