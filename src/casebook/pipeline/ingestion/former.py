"""Addresses whose source was stored under another id, before a rule for their site was there."""

from collections.abc import Iterable
from datetime import UTC, datetime

from casebook.extractors.gathering.fetch import former_ids, identify
from casebook.extractors.urls import is_web_address
from casebook.schemas.ids import content_id
from casebook.schemas.sources import Alias, AliasReason, SourceRef
from casebook.warehouse.store import Warehouse


def recognise(refs: Iterable[SourceRef], warehouse: Warehouse) -> None:
    """Let today's id of each address lead to the source that it was stored as, if it was.

    So a list of before is not read, and paid for, again. Where that source leads to another one
    the address does, too.
    """
    asked = {identify(ref).source_id: (ref, ids) for ref in refs if (ids := former_ids(ref))}
    if not asked:
        return
    ids = [*asked, *(former for _, formers in asked.values() for former in formers)]
    stored = warehouse.stored(ids)
    leads = {alias.source_id: alias for alias in warehouse.leading(ids)}
    found = []
    for today, (ref, formers) in asked.items():
        former = next((one for one in formers if one in stored), None)
        if former is not None and today not in stored and today not in leads:
            found.append(_leading(today, ref, former, leads.get(former)))
    if found:
        warehouse.append(*found)


def _leading(today: str, ref: SourceRef, former: str, lead: Alias | None) -> Alias:
    address = ref.source if is_web_address(ref.source) else ref.url or ""
    same_as, url, reason = former, address, AliasReason.RULE
    if lead is not None:
        same_as, url, reason = lead.same_as, lead.url, lead.reason
    return Alias(
        alias_id=content_id("alias", today, same_as, reason.value),
        source_id=today,
        same_as=same_as,
        url=url,
        reason=reason,
        found_at=datetime.now(UTC),
    )
