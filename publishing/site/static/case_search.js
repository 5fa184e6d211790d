// Finds cases as readers type: with all words, mistakes in typing corrected, then those that are
// close, by most of the words and by meaning.
import { openIndex } from "./search_index.js";
import { canSearch, closest } from "./meaning.js";
import { QUOTES, correct, formsOf, topicsOf } from "./vocabulary.js";

const ENOUGH = 10; // cases with all words, from which no others are added
const CLOSE = 10; // others that are added
const RANKED = 40; // cases that are closest by meaning, before filters
const MOST = 0.75; // share of the weight of the words, from which they count more than the meaning
const LEAST = 0.1; // cosine similarity; cases below it are about something else

// {results, filters, meant, close}: the cases with all words; the number of cases by facet and value;
// the corrected query, if another one was meant; and a function that yields the cases that are close:
// by their words, then again by their meaning, which takes longer and finds what words cannot.
export async function findCases(query, options, total) {
  const index = await openIndex();
  const meant = query === null ? null : await correct(query);
  const words = meant?.meant ?? query;
  const { results, filters } = await withAll(index, words, options);
  async function* close() {
    if (words === null || results.length >= ENOUGH || QUOTES.test(words)) return;
    const known = new Set(results.map((one) => one.id));
    const others = (ranking) => [...new Map(ranking.map((one) => [one.id, one])).values()].filter(({ id }) => !known.has(id)).slice(0, CLOSE);
    const content = (await topicsOf(words)).flatMap(({ given }) => given.split(" "));
    const some = await index.some([...new Set(content)], { filters: options.filters }, total);
    yield others(some);
    if (!canSearch()) return;
    const similar = (await byMeaning(index, words, options)).map((one) => some.find(({ id }) => id === one.id) ?? one);
    const most = some.filter(({ covered }) => covered >= MOST);
    yield others([...most, ...similar, ...some]);
  }
  return { results, filters, meant, close };
}

// Pagefind releases what belongs to a result together with its object, so these objects are kept.
async function withAll(index, words, options) {
  if (words === null || QUOTES.test(words)) return index.search(words, options);
  const [form, ...others] = await formsOf(words);
  const [found, ...same] = await Promise.all([form, ...others].map((one) => index.search(one, options)));
  const known = new Map(found.results.map((one) => [one.id, one]));
  for (const other of same.flatMap(({ results }) => results)) {
    const own = known.get(other.id);
    if (!own) continue;
    own.words = [...own.words, ...other.words];
    own.score = Math.max(own.score, other.score);
  }
  if (!options.sort) found.results.sort((a, b) => b.score - a.score);
  return found;
}

// Empty if the model could not be loaded: then the words decide.
async function byMeaning(index, query, options) {
  const found = await closest(query, RANKED).catch(() => []);
  const near = found.filter(({ score }) => score >= LEAST);
  const pages = await Promise.all(near.map(({ version }) => index.page(version, options)));
  return pages.filter((one) => one !== undefined);
}
