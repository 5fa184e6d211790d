// "Did they say it?": a sentence is compared with the statements and quotes of the cases in which
// Pagefind finds its words. likeness.py does the same for assistants.
import { element } from "./facets.js";
import { openIndex } from "./search_index.js";

const CASES = 12; // that are read
const SHOWN = 5;
const LIKE = 0.35; // of the sentence's weight; likeness.py says how it was chosen
const STEM = 6;

const form = document.getElementById("claim");
const answer = document.getElementById("answer");

function words(text) {
  return (text.toLowerCase().match(/\d+(?:[.,]\d+)*|[\p{L}\p{N}_]+/gu) ?? []).map((word) =>
    /^\p{L}+$/u.test(word) ? word.slice(0, STEM) : word,
  );
}

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[“”„«»"'‘’]/gu, "'").replace(/[\p{Pd}]/gu, "-").replace(/\s+/gu, " ").replace(/[.!?…]+$/u, "").trim();
}

// By word, in how many of some thousand statements and texts of this site it stands.
let frequencies = null;

async function weight() {
  frequencies ??= fetch("data/words.json").then((found) => found.json());
  const { texts, words: counts } = await frequencies;
  return (word) => Math.max(0, Math.log((1 + texts) / (1 + (counts[word] ?? 0))));
}

function partsOf(record) {
  const said = record.statements.flatMap((one) => [
    { text: one.text, anchor: one.anchor, support: one.support },
    ...one.quotes.map((quote) => ({ text: quote.quote, anchor: one.anchor, support: one.support })),
  ]);
  const prose = record.prose.flatMap((part) =>
    part.paragraphs.flatMap((text) => text.split(/(?<=[.!?])\s+/u)).map((text) => ({ text, support: "imported" })),
  );
  return [...said, ...prose];
}

async function candidates(sentence) {
  const index = await openIndex();
  const weigh = await weight();
  const telling = [...new Set(sentence.match(/[\p{L}\p{N}][\p{L}\p{N}.,-]*/gu) ?? [])]
    .map((word) => [word, words(word).reduce((sum, one) => sum + weigh(one), 0)])
    .sort((a, b) => b[1] - a[1])
    .map(([word]) => word);
  const found = new Map();
  // All of the telling words first, then fewer of them.
  for (const take of [8, 5, 3, 2, 1]) {
    if (found.size >= CASES || telling.length === 0) break;
    const { results } = await index.search(telling.slice(0, take).join(" "));
    for (const one of results.slice(0, CASES)) if (found.size < CASES) found.set(one.id, one);
  }
  return Promise.all([...found.values()].map((one) => one.data()));
}

async function check(sentence) {
  const weigh = await weight();
  const asked = new Set(words(sentence));
  const whole = [...asked].reduce((sum, word) => sum + weigh(word), 0);
  const wanted = plain(sentence);
  const hits = [];
  for (const data of await candidates(sentence)) {
    const record = await (await fetch(data.meta.address.replace("index.html", "case.json"))).json();
    for (const part of partsOf(record)) {
      const verbatim = wanted !== "" && plain(part.text).includes(wanted);
      const have = new Set(words(part.text));
      const shared = [...asked].filter((word) => have.has(word)).reduce((sum, word) => sum + weigh(word), 0);
      const share = verbatim ? 1 : whole > 0 ? shared / whole : 0;
      if (verbatim || share >= LIKE) hits.push({ ...part, verbatim, share, record, address: data.meta.address });
    }
  }
  const best = new Map();
  for (const hit of hits.sort((a, b) => b.verbatim - a.verbatim || b.share - a.share)) {
    const place = `${hit.address}#${hit.anchor ?? ""}`;
    if (!best.has(place)) best.set(place, hit);
  }
  return [...best.values()].slice(0, SHOWN);
}

function shown(hit) {
  const address = hit.anchor ? `${hit.address}#${hit.anchor}` : hit.address;
  const label = hit.verbatim ? "verbatim in" : "close to";
  const about = [hit.record.company, hit.record.title].filter(Boolean).join(": ");
  return element(
    "li",
    {},
    element("p", { class: "kicker" }, label),
    element("h3", {}, element("a", { href: address, dir: "auto" }, about)),
    element("blockquote", { dir: "auto" }, element("p", {}, hit.text)),
    element("p", { class: "where" }, hit.support === "imported" ? "imported text, not compared with its source" : hit.support),
  );
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sentence = form.elements.sentence.value.trim();
  if (sentence === "") return;
  answer.replaceChildren(element("p", { class: "none" }, "Comparing…"));
  const query = new URLSearchParams({ sentence });
  history.replaceState(null, "", `?${query}`);
  try {
    const hits = await check(sentence);
    if (hits.length === 0) {
      const text = "Not found here, which does not make it false: these cases do not say it.";
      answer.replaceChildren(element("p", { class: "none" }, text));
    } else {
      answer.replaceChildren(element("ol", { class: "cases" }, ...hits.map(shown)));
    }
  } catch (error) {
    answer.replaceChildren(element("p", { class: "none" }, "The cases could not be loaded: load the page again."));
    throw error;
  }
});

if (form) {
  form.hidden = false;
  const given = new URLSearchParams(location.search).get("sentence");
  if (given) {
    form.elements.sentence.value = given;
    form.requestSubmit();
  }
}
