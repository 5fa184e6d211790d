// "Did they say it?": compares a sentence with the statements and quotes of the cases that contain
// its words.
import { element } from "./facets.js";
import { asking, candidates, keysOf, listed, partsOf, subjectOf } from "./statements.js";

const SHOWN = 5;
const LIKE = 0.35; // share of the sentence's weight from which a text is close to it

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[“”„«»"'‘’]/gu, "'").replace(/[\p{Pd}]/gu, "-").replace(/\s+/gu, " ").replace(/[.!?…]+$/u, "").trim();
}

async function check(sentence) {
  const subject = await subjectOf(sentence);
  const wanted = plain(sentence);
  const hits = [];
  for (const { address, record } of await candidates(subject)) {
    for (const part of partsOf(record)) {
      const verbatim = wanted !== "" && plain(part.text).includes(wanted);
      const share = verbatim ? 1 : subject.shareIn(keysOf(part.text));
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
