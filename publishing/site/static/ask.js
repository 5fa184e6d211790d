// Ask: the statements that best match the words of a question, best first.
import { element } from "./facets.js";
import { asking, candidates, companyOf, listed, partsOf, contentWords, weight, words } from "./statements.js";

const SHOWN = 8;
const PER_CASE = 2;

async function find(question) {
  const weigh = await weight();
  const asked = new Set(words(await contentWords(question)));
  const hits = [];
  for (const { address, record } of await candidates(question)) {
    const names = words(`${companyOf(record) ?? ""} ${record.title}`);
    const weightIn = (have) =>
      [...asked].filter((word) => have.has(word)).reduce((sum, word) => sum + weigh(word), 0);
    // A question names the company, which a statement rarely repeats.
    const own = partsOf(record)
      .filter((part) => !part.mark)
      .map((part) => {
        const said = words(part.text);
        const share = weightIn(new Set(said)) + weightIn(new Set([...said, ...names]));
        return { ...part, share, record, address };
      });
    const seen = new Set();
    for (const hit of own.sort((a, b) => b.share - a.share)) {
      if (seen.size < PER_CASE && !seen.has(hit.text)) hits.push(hit);
      seen.add(hit.text);
    }
  }
  return hits.filter((hit) => hit.share > 0).sort((a, b) => b.share - a.share).slice(0, SHOWN);
}

asking("question", find, (hits) => {
  if (hits.length === 0) return [element("p", { class: "none" }, "These cases do not answer this question.")];
  const text = "The statements closest to your question. Read them to see whether they answer it.";
  const list = element("ol", { class: "cases" }, ...hits.map((hit) => listed(hit)));
  return [element("p", { class: "where" }, text), list];
});
