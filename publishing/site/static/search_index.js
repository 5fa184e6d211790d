// Pagefind's index of the cases, loaded on first use. Cases that changed since it was written have
// a second index, and their earlier pages are filtered out.

const LONGEST = 6; // maximum number of words for searches that skip some of them
const ENOUGH = 10;

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
  const gone = superseded.length > 0 ? { not: { version: { any: superseded } } } : {};
  const search = (words, { filters = {}, sort } = {}) =>
    pagefind.search(words, { filters: { ...filters, ...gone }, ...(sort ? { sort } : {}) });

  // Pages that lack one of the words, then pages that lack two.
  async function near(words, options) {
    const terms = words === null || /["“”„«»]/u.test(words) ? [] : words.split(/\s+/u);
    const found = new Map();
    for (const without of [1, 2].filter((n) => terms.length > n && terms.length <= LONGEST)) {
      const searches = subsets(terms, without).map((some) => search(some.join(" "), options));
      const ranked = (await Promise.all(searches)).flatMap((one) => one.results);
      for (const one of ranked.sort((a, b) => b.score - a.score)) {
        if (!found.has(one.id)) found.set(one.id, one);
      }
      if (found.size >= ENOUGH) break;
    }
    return [...found.values()];
  }

  await pagefind.init?.();
  return { search, near, loadFilters: () => pagefind.filters() };
}

function subsets(terms, without) {
  const all = terms.map((_, n) => terms.filter((_, other) => other !== n));
  return without === 1 ? all : all.flatMap((some) => subsets(some, without - 1));
}

export function facetsOf(state, names) {
  const chosen = names.filter((name) => state[name].length > 0);
  return Object.fromEntries(chosen.map((name) => [name, state[name]]));
}

// Excerpts are HTML with marked words; only the text and the marks are used.
export function textWithMarks(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.body.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return document.createTextNode(node.textContent);
    const mark = document.createElement("mark");
    mark.textContent = node.textContent;
    return mark;
  });
}
