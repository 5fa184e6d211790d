// Shared by the pages that ask the cases: the statements of cases in which Pagefind finds the words
// of a text. Words are compared by their first letters.
import { element } from "./facets.js";
import { openIndex } from "./search_index.js";
import { loadVocabulary, topicsOf, wordsOf } from "./vocabulary.js";

const CASES = 12; // read for each search
const PREFIX = 6; // letters by which two forms of a word are compared
const TOPICS = 8; // searched for, the rarest ones

export function keysOf(...texts) {
  return new Set(texts.flatMap(wordsOf).map((word) => (/^\p{L}+$/u.test(word) ? word.slice(0, PREFIX) : word)));
}

// What a text is about: its topics, rarest first, each with a weight, which is 1 for a topic of a
// single case; and the weight of those that some keys have, with synonyms, as a sum and as a share.
export async function subjectOf(text) {
  const { texts, known } = await loadVocabulary();
  const counts = new Map();
  for (const [word, count] of known) {
    for (const key of keysOf(word)) counts.set(key, Math.max(counts.get(key) ?? 0, count));
  }
  const weigh = (key) => Math.log((2 + texts) / (1 + (counts.get(key) ?? 0))) / Math.log(1 + texts);
  const topics = (await topicsOf(text)).map(({ given, others, single }) => {
    const forms = [given, ...others].map((form) => [...keysOf(form)]);
    const weight = Math.min(...forms.map((form) => Math.max(...form.map(weigh))));
    return { single, forms, weight };
  });
  topics.sort((a, b) => b.weight - a.weight);
  const sum = (some) => some.reduce((whole, { weight }) => whole + weight, 0);
  const weightIn = (keys) => sum(topics.filter(({ forms }) => forms.some((form) => form.every((key) => keys.has(key)))));
  const whole = sum(topics);
  return { topics, weightIn, shareIn: (keys) => (whole > 0 ? weightIn(keys) / whole : 0) };
}

// The statements and quotes of a case, with the findings that rest on them, and its other sentences.
export function partsOf(record) {
  const said = record.statements.flatMap(({ n, text, quotes, anchor, support, mark }) => {
    const findings = (record.findings ?? []).filter((one) => one.statements.includes(n)).map((one) => one.text);
    return [text, ...quotes.map(({ quote }) => quote)].map((own) => ({ text: own, anchor, support, mark, findings }));
  });
  const paragraphs = record.prose.flatMap((part) => part.paragraphs);
  const prose = paragraphs.flatMap((paragraph, n) =>
    paragraph.split(/(?<=[.!?])\s+/u).map((text) => ({ text, anchor: `p-${n + 1}`, support: "imported", findings: [] })),
  );
  return [...said, ...prose];
}

// The records of the cases that match a subject best.
export async function candidates({ topics }) {
  const [index, { cases }] = await Promise.all([openIndex(), loadVocabulary()]);
  const found = await index.some(topics.slice(0, TOPICS).map(({ single }) => single), {}, cases);
  const pages = await Promise.all(found.slice(0, CASES).map((one) => one.data()));
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

