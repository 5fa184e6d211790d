// Finds cases as readers type: with all words, mistakes in typing corrected, then those that are
// close, by most of the words and by meaning.
import { openIndex } from "./search_index.js";
import { canSearch, closest } from "./meaning.js";
import { contentWords } from "./statements.js";
import { QUOTES, correct, formsOf } from "./vocabulary.js";

const ENOUGH = 10; // cases with all words, from which no others are added
const CLOSE = 10; // others that are added
const RANKED = 40; // cases of each ranking that are compared
const SMOOTHING = 60; // of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009)

// {results, filters, meant, close}: the cases with all words; the number of cases by facet and value;
// the corrected query, if another one was meant; and a function that yields the cases that are close:
// first by their words, then also by their meaning, which takes longer.
export async function findCases(query, options, total) {
  const index = await openIndex();
  const meant = query === null ? null : await correct(query);
  const words = meant?.meant ?? query;
  const { results, filters } = await withAll(index, words, options);
  async function* close() {
    if (words === null || results.length >= ENOUGH || QUOTES.test(words)) return;
    const known = new Set(results.map((one) => one.id));
    const others = (ranking) => ranking.filter((one) => !known.has(one.id)).slice(0, CLOSE);
    const content = (await contentWords(words)).match(/[\p{L}\p{N}]+/gu) ?? [];
    const some = await index.some([...new Set(content)], { filters: options.filters }, total);
    yield others(some);
    if (canSearch()) yield others(fused(some, await byMeaning(index, words, options)));
  }
  return { results, filters, meant, close };
}

async function withAll(index, words, options) {
  if (words === null || QUOTES.test(words)) return index.search(words, options);
  const [form, ...others] = await formsOf(words);
  const [found, ...same] = await Promise.all([form, ...others].map((one) => index.search(one, options)));
  const best = new Map(found.results.map(({ id, data, words: places, score }) => [id, { id, data, words: places, score }]));
  for (const one of same.flatMap(({ results }) => results)) {
    const own = best.get(one.id);
    if (own) best.set(one.id, { ...own, words: [...own.words, ...one.words], score: Math.max(own.score, one.score) });
  }
  const results = [...best.values()];
  return { ...found, results: options.sort ? results : results.sort((a, b) => b.score - a.score) };
}

async function byMeaning(index, query, options) {
  const found = await closest(query, RANKED);
  const pages = await Promise.all(found.map(({ version }) => index.page(version, options)));
  return pages.filter((one) => one !== undefined);
}

function fused(...rankings) {
  const found = new Map();
  for (const ranking of rankings) {
    for (const [place, one] of ranking.slice(0, RANKED).entries()) {
      const own = found.get(one.id) ?? { ...one, score: 0 };
      own.score += 1 / (SMOOTHING + place + 1);
      found.set(one.id, own);
    }
  }
  return [...found.values()].sort((a, b) => b.score - a.score);
}
