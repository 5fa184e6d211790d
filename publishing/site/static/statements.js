// Shared by the pages that ask the cases: the statements of cases in which Pagefind finds the words
// of a text. Words are compared by their first letters.
import { element } from "./facets.js";
import { openIndex } from "./search_index.js";

const CASES = 12; // read for each search
const PREFIX = 6; // letters by which two forms of a word are compared
export function words(text) {
  return (text.toLowerCase().match(/\d+(?:[.,]\d+)*|[\p{L}\p{N}_]+/gu) ?? []).map((word) =>
    /^\p{L}+$/u.test(word) ? word.slice(0, PREFIX) : word,
  );
}

// The number of texts in a sample of this site that contain each word, and the function words, which
// do not indicate a topic.
let counted = null;

function counts() {
  counted ??= fetch("data/words.json").then((found) => found.json());
  return counted;
}

export async function weight() {
  const { texts, words: known } = await counts();
  return (word) => Math.log((2 + texts) / (1 + (known[word] ?? 0)));
}

export async function contentWords(text) {
  const { function_words: functionWords } = await counts();
  return text.split(/\s+/u).filter((word) => !functionWords.includes(word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""))).join(" ");
}

export function partsOf(record) {
  const said = record.statements.flatMap((one) => [
    { text: one.text, anchor: one.anchor, support: one.support, mark: one.mark },
    ...one.quotes.map((quote) => ({ text: quote.quote, anchor: one.anchor, support: one.support, mark: one.mark })),
  ]);
  const paragraphs = record.prose.flatMap((part) => part.paragraphs);
  const prose = paragraphs.flatMap((paragraph, n) =>
    paragraph.split(/(?<=[.!?])\s+/u).map((text) => ({ text, anchor: `p-${n + 1}`, support: "imported" })),
  );
  return [...said, ...prose];
}

// The records of the cases that match a text best.
export async function candidates(text) {
  const index = await openIndex();
  const weigh = await weight();
  const ranked = [...new Set((await contentWords(text)).match(/[\p{L}\p{N}][\p{L}\p{N}.,-]*/gu) ?? [])]
    .map((word) => [word, words(word).reduce((sum, one) => sum + weigh(one), 0)])
    .sort((a, b) => b[1] - a[1])
    .map(([word]) => word);
  const found = new Map();
  // First search for all important words, then for fewer of them.
  for (const take of [8, 5, 3, 2, 1]) {
    if (found.size >= CASES || ranked.length === 0) break;
    const { results } = await index.search(ranked.slice(0, take).join(" "));
    for (const one of results.slice(0, CASES)) if (found.size < CASES) found.set(one.id, one);
  }
  const pages = await Promise.all([...found.values()].map((one) => one.data()));
  return Promise.all(
    pages.map(async ({ meta: { address } }) => {
      const answer = await fetch(address.replace("index.html", "case.json"));
      return { address, record: await answer.json() };
    }),
  );
}

// The company for lists, which omit doubtful names because they have no room for a mark.
export function companyOf(record) {
  const fact = record.facts.find((one) => one.name === "company");
  return fact && !fact.mark ? record.company : null;
}

// A list item with a statement and its case.
export function listed(hit, label) {
  const address = hit.anchor ? `${hit.address}#${hit.anchor}` : hit.address;
  const about = [companyOf(hit.record), hit.record.title].filter(Boolean).join(": ");
  return element(
    "li",
    {},
    ...(label ? [element("p", { class: "kicker" }, label)] : []),
    element("h3", {}, element("a", { href: address, dir: "auto" }, about)),
    element("blockquote", { dir: "auto" }, element("p", {}, hit.text)),
    element("p", { class: "where" }, hit.support === "imported" ? "imported text, not compared with its source" : hit.mark || hit.support),
  );
}

// Runs a page that asks the cases: its form, the state in the address, and the results.
export function asking(name, find, show) {
  const form = document.getElementById("claim");
  const answer = document.getElementById("answer");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = form.elements[name].value.trim();
    if (text === "") return;
    answer.replaceChildren(element("p", { class: "none" }, "Reading…"));
    history.replaceState(null, "", `?${new URLSearchParams({ [name]: text })}`);
    try {
      answer.replaceChildren(...show(await find(text)));
    } catch (error) {
      answer.replaceChildren(element("p", { class: "none" }, "The cases could not be loaded. Reload the page."));
      throw error;
    }
  });
  if (form) {
    form.hidden = false;
    const given = new URLSearchParams(location.search).get(name);
    if (given) {
      form.elements[name].value = given;
      form.requestSubmit();
    }
  }
}

