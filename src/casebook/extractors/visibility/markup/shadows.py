"""Shadow trees that a page declares (HTML, 4.12.3), shown in place of what their hosts hold.

Components that a server renders come so. A browser shows the tree and, at its slots, what the host
holds; what no slot takes is not shown.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from casebook.extractors.visibility.rules import source

_HOSTS = frozenset(
    "article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section "
    "span".split()
)
_DECLARED = etree.XPath("//template[@shadowrootmode='open' or @shadowrootmode='closed']")


def show_shadows(root: Any) -> None:
    """Put what each declared shadow tree shows in the place of its template, in place."""
    hosts: set[Any] = set()
    scopes: dict[str, str] = {}
    for template in _DECLARED(root):
        host = template.getparent()
        if host is None or host in hosts or not (host.tag in _HOSTS or "-" in host.tag):
            continue  # a second one stays a template
        hosts.add(host)
        held = list(_taken_out(host, template))
        template.tag, template.tail = "div", None
        template.attrib.clear()
        _keep_within(template, scopes)
        _fill(template, held)


def _keep_within(shadow: Any, scopes: dict[str, str]) -> None:
    """Let the style sheets of a tree count for it alone; the same ones are of the same scope."""
    sheets = [style for style in shadow.iter("style") if not _is_in_template(style)]
    told = "\n".join(style.text or "" for style in sheets)
    if told.strip():
        scope = scopes.setdefault(told, f"shadow-tree-{len(scopes)}")
        shadow.set("class", scope)
        for style in sheets:
            style.text = f".{scope} {{ {source.alone(style.text or '')} }}"


def _is_in_template(element: Any) -> bool:
    return next(element.iterancestors("template"), None) is not None


def _taken_out(host: Any, template: Any) -> Iterator[Any]:
    """Yield what stands in ``host`` beside the template, each text in a span."""
    yield from _spans(host.text, host)
    host.text = None
    for child in list(host):
        tail, child.tail = child.tail, None
        if child is not template:
            host.remove(child)
            yield child
        yield from _spans(tail, host)


def _spans(text: str | None, host: Any) -> Iterator[Any]:
    if text and text.strip():
        span = host.makeelement("span")
        span.text = text
        yield span


def _fill(shadow: Any, held: Sequence[Any]) -> None:
    """Move what the host held to the slots; what none takes ends up hidden."""
    slots: dict[str, Any] = {}
    for slot in shadow.iter("slot"):
        if not _is_in_template(slot):  # else it is one of a tree within
            slots.setdefault(slot.get("name", ""), slot)
    left = etree.SubElement(shadow, "div", hidden="")
    filled: set[Any] = set()
    for one in held:
        slot = slots.get(one.get("slot", "") if isinstance(one.tag, str) else "")
        if slot is None:
            left.append(one)
            continue
        if slot not in filled:  # what stands in a slot is for when nothing fills it
            slot.clear(keep_tail=True)
            filled.add(slot)
        slot.append(one)
    if len(left) == 0:
        shadow.remove(left)
