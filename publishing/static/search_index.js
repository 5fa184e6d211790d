// Pagefind's index of the cases, loaded at the first use. Cases that changed since it was written
// have an index of their own beside it, and their earlier pages are filtered out.

let opened = null;

export function openIndex() {
  opened ??= open();
  return opened;
}

async function open() {
  const [pagefind, answer] = await Promise.all([
    import("./pagefind/pagefind.js"),
    fetch("pagefind/state.json"),
  ]);
  const { recent, superseded } = await answer.json();
  if (recent) await pagefind.mergeIndex(new URL("pagefind-recent", location.href).pathname);
  await pagefind.filters(); // without them a search counts nothing
  const gone = superseded.length > 0 ? { not: { version: { any: superseded } } } : {};
  const search = (words, { filters = {}, sort } = {}) =>
    pagefind.search(words, { filters: { ...filters, ...gone }, ...(sort ? { sort } : {}) });
  return { search };
}

export function facetsOf(state, names) {
  const chosen = names.filter((name) => state[name].length > 0);
  return Object.fromEntries(chosen.map((name) => [name, state[name]]));
}

// An excerpt is HTML in which found words are marked: only its text and its marks are taken over.
export function textWithMarks(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.body.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return document.createTextNode(node.textContent);
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });
}
