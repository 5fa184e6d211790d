// Ask: the sentences that best match the subject of a question, best first.
import { element } from "./facets.js";
import { asking, candidates, companyOf, keysOf, listed, partsOf, subjectOf } from "./statements.js";
import { wordsOf } from "./vocabulary.js";

const SHOWN = 5;
const PER_CASE = 2;
const SHORTEST = 8; // words of a sentence of an imported text
// Set on half of benchmarks/questions.jsonl: the weight of the best sentences, and the share of a
// case, from which the cases are near enough to a question.
const LEAST = 1.1;
const LEAST_SHARE = 0.8;

async function find(question) {
  const subject = await subjectOf(question);
  const hits = [];
  let most = 0;
  for (const { address, record } of await candidates(subject)) {
    // A question names the company, which a statement rarely repeats.
    const about = `${companyOf(record) ?? ""} ${record.title}`;
    const parts = partsOf(record).filter((part) => !part.mark);
    most = Math.max(most, subject.shareIn(keysOf(about, ...parts.map(({ text }) => text))));
    const best = new Map(); // of each statement or paragraph
    for (const part of parts.filter(({ text, support }) => support !== "imported" || wordsOf(text).length >= SHORTEST)) {
      const weight = subject.weightIn(keysOf(part.text, about, ...part.findings));
      const hit = { ...part, record, address, weight, score: weight + subject.weightIn(keysOf(part.text)) };
      if (hit.score > (best.get(part.anchor)?.score ?? 0)) best.set(part.anchor, hit);
    }
    hits.push(...[...best.values()].sort((a, b) => b.score - a.score).slice(0, PER_CASE));
  }
  const shown = hits.sort((a, b) => b.score - a.score).slice(0, SHOWN);
  const mean = shown.reduce((sum, { weight }) => sum + weight, 0) / shown.length;
  return mean >= LEAST || most >= LEAST_SHARE ? shown : [];
}

asking("question", find, (hits) => {
  if (hits.length === 0) return [element("p", { class: "none" }, "The cases do not say: none is near this question.")];
  const text = "The sentences closest to your question. Read them to see whether they answer it.";
  const list = element("ol", { class: "cases" }, ...hits.map((hit) => listed(hit)));
  return [element("p", { class: "where" }, text), list];
});
