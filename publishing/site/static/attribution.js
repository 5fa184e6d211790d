// "Did they say it?": compares a sentence with the statements and quotes of the cases that contain
// its words.
import { element } from "./facets.js";
import { asking, candidates, listed, partsOf, weight, words } from "./statements.js";

const SHOWN = 5;
const LIKE = 0.35; // share of the sentence's weight from which a text is close to it

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[“”„«»"'‘’]/gu, "'").replace(/[\p{Pd}]/gu, "-").replace(/\s+/gu, " ").replace(/[.!?…]+$/u, "").trim();
}

async function check(sentence) {
  const weigh = await weight();
  const asked = new Set(words(sentence));
  const whole = [...asked].reduce((sum, word) => sum + weigh(word), 0);
  const wanted = plain(sentence);
  const hits = [];
  for (const { address, record } of await candidates(sentence)) {
    for (const part of partsOf(record)) {
      const verbatim = wanted !== "" && plain(part.text).includes(wanted);
      const have = new Set(words(part.text));
      const shared = [...asked].filter((word) => have.has(word)).reduce((sum, word) => sum + weigh(word), 0);
      const share = verbatim ? 1 : whole > 0 ? shared / whole : 0;
      if (verbatim || share >= LIKE) hits.push({ ...part, verbatim, share, record, address });
    }
  }
  const best = new Map();
  for (const hit of hits.sort((a, b) => b.verbatim - a.verbatim || b.share - a.share)) {
    const place = `${hit.address}#${hit.anchor ?? ""}`;
    if (!best.has(place)) best.set(place, hit);
  }
  return [...best.values()].slice(0, SHOWN);
}

asking("sentence", check, (hits) => {
  if (hits.length === 0) {
    const text = "Not found. These cases do not say it, but it may still be true.";
    return [element("p", { class: "none" }, text)];
  }
  return [element("ol", { class: "cases" }, ...hits.map((hit) => listed(hit, hit.verbatim ? "verbatim in" : "close to")))];
});
