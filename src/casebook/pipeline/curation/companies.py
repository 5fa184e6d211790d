"""One name for one company: at drafting, and by the curator's word."""

import asyncio
from datetime import UTC, datetime

from casebook.runtime.services import Services
from casebook.schemas.cases import CaseStudy
from casebook.schemas.companies import CompanyAlias, company_key
from casebook.schemas.errors import InvalidDecision
from casebook.schemas.ids import content_id
from casebook.warehouse.store import Warehouse


def with_known_company(study: CaseStudy, warehouse: Warehouse) -> CaseStudy:
    """Return ``study`` with its company under the name that casebook keeps it by.

    The quotes stay as they are: they show the name as the source has it.
    """
    said = study.company.value
    known = warehouse.known_company(said) if said else None
    if known is None or known == said:
        return study
    return study.model_copy(update={"company": study.company.model_copy(update={"value": known})})


async def alias(name: str, of: str | None, services: Services, *, who: str) -> CompanyAlias:
    """Remember that ``name`` is the company ``of``, or with None that it is one of its own.

    Raises:
        InvalidDecision: if one of them is empty, or both are the same name.
    """
    if not name.strip() or (of is not None and not of.strip()):
        raise InvalidDecision("name the alias and the company")
    if of is not None and name.strip() == of.strip():
        raise InvalidDecision(f"{name} is its own name already")
    now = datetime.now(UTC)
    made = CompanyAlias(
        alias_id=content_id("alias", company_key(name), of, now.isoformat()),
        alias=name.strip(),
        name=of.strip() if of else None,
        who=who,
        made_at=now,
    )
    await asyncio.to_thread(services.warehouse.append, made)
    return made
