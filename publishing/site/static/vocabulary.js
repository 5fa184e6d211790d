// The words of the cases and their synonyms, loaded on first use. A word that no case has is probably
// a mistake in typing, and is replaced by the closest word that some have.

const SHORTEST = 4; // letters; shorter words resemble too many others
const LONGEST = 6; // words of a phrase with synonyms
const FORMS = 5; // of a query
const LONG = 8; // letters from which two mistakes are corrected
const ENDINGS = /(?:ies|es|s|ed|ing|er|ers|ly)$/u;
export const QUOTES = /["“”„«»]/u;

let loaded = null;

export function loadVocabulary() {
  loaded ??= load();
  return loaded;
}

async function load() {
  const { cases, texts, words, synonyms, ...found } = await (await fetch("data/vocabulary.json")).json();
  const sets = new Map(synonyms.flatMap((set) => set.map((phrase) => [keyOf(wordsOf(phrase)), set])));
  const known = new Map(Object.entries(words));
  for (const word of synonyms.flat().flatMap(wordsOf)) if (!known.has(word)) known.set(word, 0);
  const filler = new RegExp(`\\b(?:${found.filler.join("|")})\\b`, "giu");
  return { cases, texts, known, sets, filler, functionWords: new Set(found.function_words) };
}

export function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

// Without plural endings, as in schemas/synonyms.py.
function keyOf(words) {
  return words.map((word) => (word.length > 3 && /[^s]s$/u.test(word) ? word.slice(0, -1) : word)).join(" ");
}

// The words and phrases that a text is about, each with its synonyms, as in publishing/similarity.py:
// filler such as "what went wrong with" is left out, unless there is nothing else.
export async function topicsOf(text) {
  const { sets, filler, functionWords } = await loadVocabulary();
  const split = (some) => partsOf(wordsOf(some), sets);
  const all = split(text.replace(filler, " "));
  const parts = all.length > 0 ? all : split(text);
  const counting = parts.filter(({ given }) => !functionWords.has(given));
  const found = counting.length > 0 ? counting : parts;
  return [...new Map(found.map((one) => [one.given, one])).values()];
}

function partsOf(words, sets) {
  const parts = [];
  for (let start = 0, length; start < words.length; start += length) {
    length = Math.min(LONGEST, words.length - start);
    while (length > 1 && !sets.has(keyOf(words.slice(start, start + length)))) length -= 1;
    const given = words.slice(start, start + length);
    const same = sets.get(keyOf(given)) ?? [];
    const others = same.filter((one) => keyOf(wordsOf(one)) !== keyOf(given));
    const single = length > 1 ? others.find((one) => !/\W/u.test(one)) : null;
    parts.push({ given: given.join(" "), others, single: single ?? given.join(" ") });
  }
  return parts;
}

// A query with the synonyms of its words: every case that has one of them also has the first form
// of the query in the index; the other forms are for the order and the excerpts.
export async function formsOf(query) {
  const topics = await topicsOf(query);
  const form = (choose) => topics.map(choose).join(" ");
  const replaced = topics.flatMap((topic) => topic.others.map((other) => form((one) => (one === topic ? other : one.given))));
  return [...new Set([form(({ single }) => single), form(({ given }) => given), ...replaced])].slice(0, FORMS);
}

// The query with its mistakes corrected, and with the same words in quotation marks for a search
// without correction; null if every word is known. The last word may still be incomplete.
export async function correct(query) {
  const { known } = await loadVocabulary();
  const typed = query.toLowerCase();
  const mistakes = new Map();
  for (const [word] of QUOTES.test(query) ? [] : typed.matchAll(/[\p{L}\p{N}]+/gu)) {
    if (word.length < SHORTEST || !/^\p{L}+$/u.test(word) || isKnown(word, known)) continue;
    if (typed.endsWith(word) && [...known.keys()].some((one) => one.startsWith(word))) continue;
    const best = closest(word, known);
    if (best !== null) mistakes.set(word, best);
  }
  if (mistakes.size === 0) return null;
  const replace = (by) => typed.replace(/[\p{L}\p{N}]+/gu, (word) => (mistakes.has(word) ? by(word) : word));
  return { meant: replace((word) => mistakes.get(word)), typed: replace((word) => `"${word}"`) };
}

function isKnown(word, known) {
  return known.has(word) || known.has(word.replace(ENDINGS, "")) || known.has(`${word}s`);
}

// The word with the fewest differences, then the most frequent one.
function closest(word, known) {
  const most = word.length >= LONG ? 2 : 1;
  let best = null;
  let least = [most + 1, 0];
  for (const [other, texts] of known) {
    if (Math.abs(other.length - word.length) > most) continue;
    const differences = distance(word, other);
    if (differences < least[0] || (differences === least[0] && best !== null && texts > least[1])) {
      best = other;
      least = [differences, texts];
    }
  }
  return best;
}

// The insertions, deletions, substitutions and swaps of neighbours between two words (the
// restricted Damerau–Levenshtein distance); a letter written once instead of twice is half of one.
function distance(one, other) {
  let before = [];
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = one[i - 1] === other[j - 1] ? 0 : 1;
      const less = one[i - 1] === one[i - 2] ? 0.5 : 1;
      const more = other[j - 1] === other[j - 2] ? 0.5 : 1;
      next[j] = Math.min(row[j] + less, next[j - 1] + more, row[j - 1] + change);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        next[j] = Math.min(next[j], before[j - 2] + 1);
      }
    }
    [before, row] = [row, next];
  }
  return row[other.length];
}
