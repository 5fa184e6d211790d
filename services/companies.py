"""Changes to companies by curators."""

from schemas.companies import Company, CompanyChange, CompanyName, company_key
from schemas.errors import InputError, UnknownId
from warehouse import Warehouse


def find_company(warehouse: Warehouse, name: str) -> Company:
    """Return the company with this id or name, in any spelling, or raise UnknownId."""
    companies, key = warehouse.companies(), company_key(name)
    for one in companies:
        if one.company_id == name or name in {one.name, *one.aliases}:
            return one
    for one in companies:
        if key in {one.company_id, *map(company_key, (one.name, *one.aliases))}:
            return one
    raise UnknownId(f"no case names the company {name!r}; `casebook company list` shows all")


def add_alias(warehouse: Warehouse, alias: str, name: str, who: str) -> Company:
    """Make ``alias`` another name of a company, and return the company.

    All spellings of the alias move, and if it names a company, that company with all its names.
    With ``name`` equal to ``alias``, its spellings become a company of their own again.

    Raises:
        InputError: if the alias names no single company.
        UnknownId: if there is no company ``name``.
    """
    key = company_key(alias)
    if key is None:
        raise InputError(f"{alias!r} names no single company")
    moves = {row["key"]: row["name"] for row in warehouse.company_keys(key)} | {key: alias}
    if name == alias:
        target, moves = key, {key: alias}
    else:
        company = find_company(warehouse, name)
        target = company.company_id
        change = CompanyChange(company_id=target, name=company.name, who=who)
        warehouse.append(change)  # otherwise the more frequent spelling would name it
    rows = [
        CompanyName(name=one, key=own, company_id=target, origin="curator", who=who)
        for own, one in moves.items()
    ]
    warehouse.append(*rows)
    return find_company(warehouse, target)


def change_company(warehouse: Warehouse, company: str, who: str, **values: str | None) -> Company:
    """Change the name, kind, industry or website of a company, and return it.

    Raises:
        UnknownId: if there is no such company.
    """
    found = find_company(warehouse, company)
    warehouse.append(CompanyChange(company_id=found.company_id, who=who, **values))
    return find_company(warehouse, found.company_id)
