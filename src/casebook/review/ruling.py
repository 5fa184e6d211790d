"""A ruling on a name that the taxonomy lacks, as the desk's form sends it."""

from collections.abc import Mapping
from typing import cast, get_args

from casebook.pipeline.curation import terms
from casebook.runtime.services import Services
from casebook.schemas.cases import TermGroup
from casebook.schemas.errors import InvalidDecision


async def ruled(form: Mapping[str, str], services: Services) -> str:
    """Carry out a ruling in the curator's name; return what to say of it.

    Raises:
        InvalidDecision: if the form is not one of ours, or the ruling does not fit the taxonomy.
    """
    name, who = form.get("name", "").strip(), services.settings.curator
    if not name:
        raise InvalidDecision("nothing was changed: the form lacks a name")
    match form.get("ruling"):
        case "accept":
            tagged = await terms.accept(
                name,
                services,
                who=who,
                definition=form.get("definition", ""),
                group=_group(form.get("group", "")),
                label=form.get("label") or None,
            )
            return f"{name} is a term now; {_count(tagged)}."
        case "map":
            tagged = await terms.map_to(name, form.get("slug", ""), services, who=who)
            return f"{name} is another form of {form.get('slug', '')}; {_count(tagged)}."
        case "refuse":
            await terms.refuse(name, services, who=who, reason=form.get("reason") or None)
            return f"{name} will not be proposed again."
    raise InvalidDecision("nothing was changed: accept, map or refuse the name")


def _group(said: str) -> TermGroup | None:
    return cast("TermGroup", said) if said in get_args(TermGroup) else None


def _count(tagged: list[str]) -> str:
    return f"{len(tagged)} {'draft was' if len(tagged) == 1 else 'drafts were'} tagged"
