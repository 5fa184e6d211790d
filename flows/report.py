"""The flow that writes a report across cases."""

from prefect import flow

from config.resources import Resources
from schemas.errors import InputError
from services.report import make_report, publish_report
from services.report_selection import ReportOrder


@flow(name="report", persist_result=False)
async def report(
    title: str,
    template: str | None = None,
    tags: list[str] | None = None,
    industry: str | None = None,
    company: str | None = None,
    since: str | None = None,
    publish: bool = False,
) -> str:
    """Write a report of the published cases, with ``publish`` also to the site; return its name.

    Raises InputError if it cannot be published because citations are lost.
    """
    order = ReportOrder(
        title=title,
        template=template,
        tags=tuple(tags or ()),
        industry=industry,
        company=company,
        since=since,
    )
    async with Resources() as resources:
        made = await make_report(order, resources)
        lost = (await publish_report(made, resources)).lost if publish else ()
    if lost:
        message = f"report {made.name} was written but not published: {lost[0].message}"
        raise InputError(f"{message}; `casebook report check {made.name}` lists the problems")
    return made.name
