// Pagefind's index of the cases, loaded on first use. Cases that changed since it was written have
// a second index, and their earlier pages are filtered out.

const PHRASE = /"([^"]*)"/gu;

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
  const ask = (words, { filters = {}, sort } = {}) =>
    pagefind.search(words, { filters: { ...filters, ...gone }, ...(sort ? { sort } : {}) });

  // Pages with all words and all phrases in quotation marks.
  async function search(query, options) {
    const parts = query === null ? [null] : partsOf(query);
    const found = await Promise.all(parts.map((part) => ask(part, options)));
    if (found.length === 1) return found[0];
    const shared = found[0].results.filter((one) =>
      found.every(({ results }) => results.some(({ id }) => id === one.id)),
    );
    // The filters of Pagefind count the values of these pages.
    const pages = await Promise.all(shared.map((one) => one.data()));
    const version = { any: ["", ...pages.flatMap((page) => page.filters.version)] };
    return { ...(await ask(null, { filters: { ...options?.filters, version } })), results: shared };
  }

  // Pages with some of these words, best first: the fewer pages have a word, the more it counts.
  // `covered` is the share of the words' weight that a page has.
  async function some(words, options, total) {
    const ranked = new Map();
    let whole = 0;
    for (const { results } of await Promise.all(words.map((word) => ask(word, options)))) {
      const rarity = Math.log(1 + total / (1 + results.length));
      const best = results[0]?.score;
      whole += rarity;
      for (const one of results) {
        const share = rarity * (0.5 + one.score / best / 2);
        const own = ranked.get(one.id);
        if (own) {
          own.words = [...own.words, ...one.words];
          own.score += share;
          own.covered += rarity;
        } else ranked.set(one.id, Object.assign(one, { score: share, covered: rarity }));
      }
    }
    for (const one of ranked.values()) one.covered /= whole;
    return [...ranked.values()].sort((a, b) => b.score - a.score);
  }

  const page = async (version, { filters }) => (await ask(null, { filters: { ...filters, version } })).results[0];

  await pagefind.init?.();
  return { search, some, page, loadFilters: () => pagefind.filters() };
}

function partsOf(query) {
  const plain = query.replace(/[“”„«»]/gu, '"');
  const words = plain.replace(PHRASE, " ").replaceAll('"', " ").trim();
  const phrases = [...plain.matchAll(PHRASE)].map(([quoted]) => quoted).filter((one) => one !== '""');
  return words !== "" || phrases.length === 0 ? [words, ...phrases] : phrases;
}

export function facetsOf(state, names) {
  const chosen = names.filter((name) => state[name].length > 0);
  return Object.fromEntries(chosen.map((name) => [name, state[name]]));
}
