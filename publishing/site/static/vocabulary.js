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
  const { words, synonyms } = await (await fetch("data/vocabulary.json")).json();
  const sets = new Map(synonyms.flatMap((set) => set.map((phrase) => [keyOf(wordsOf(phrase)), set])));
  const known = new Map(Object.entries(words));
  for (const word of synonyms.flat().flatMap(wordsOf)) if (!known.has(word)) known.set(word, 0);
  return { known, sets };
}

function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

// Without plural endings, as in schemas/synonyms.py.
function keyOf(words) {
  return words.map((word) => (word.length > 3 && /[^s]s$/u.test(word) ? word.slice(0, -1) : word)).join(" ");
}

// A query with the synonyms of its words: every case that has one of them also has the first form
// of the query in the index; the other forms are for the order and the excerpts. Words that are
// neither in `content` nor have synonyms, such as "how" and "do", count only if there are no others.
export async function formsOf(query, content) {
  const { sets } = await loadVocabulary();
  const words = wordsOf(query);
  const important = new Set(wordsOf(content));
  let parts = [];
  for (let start = 0, length; start < words.length; start += length) {
    length = Math.min(LONGEST, words.length - start);
    while (length > 1 && !sets.has(keyOf(words.slice(start, start + length)))) length -= 1;
    const given = words.slice(start, start + length);
    const same = sets.get(keyOf(given)) ?? [];
    parts.push({ given: given.join(" "), others: same.filter((one) => keyOf(wordsOf(one)) !== keyOf(given)) });
  }
  const counting = parts.filter(({ given, others }) => others.length > 0 || important.has(given));
  if (counting.length > 0) parts = counting;
  const form = (choose) => parts.map(choose).join(" ");
  const single = form(({ given, others }) => (given.includes(" ") ? others.find((one) => !/\W/u.test(one)) : null) ?? given);
  const replaced = parts.flatMap((part) => part.others.map((other) => form((one) => (one === part ? other : one.given))));
  return [...new Set([single, form(({ given }) => given), ...replaced])].slice(0, FORMS);
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
  for (const [other, cases] of known) {
    if (Math.abs(other.length - word.length) > most) continue;
    const differences = distance(word, other);
    if (differences < least[0] || (differences === least[0] && best !== null && cases > least[1])) {
      best = other;
      least = [differences, cases];
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
