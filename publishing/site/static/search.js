// The search page: Pagefind finds, counts and sorts; results are shown with matching excerpts.
import { PAGE, element, startFacets } from "./facets.js";
import { facetsOf, openIndex, textWithMarks } from "./search_index.js";

const list = document.getElementById("cases");
const nearby = document.getElementById("nearby");
const total = Number(list.dataset.total);
const MOST = 10; // cases with most of the words, shown if few have all
const ORDERS = { added: { added: "desc" }, year: { year: "desc" }, title: { title: "asc" } };

function wordsOf(state) {
  return state.q.trim() === "" ? null : state.q.trim();
}

async function find(state, names) {
  const index = await openIndex();
  const words = wordsOf(state);
  const sort = ORDERS[state.sort] ?? (words === null ? ORDERS.added : undefined);
  const filters = facetsOf(state, names);
  const { results } = await index.search(words, { filters, sort });
  const near = async () => {
    if (results.length >= PAGE) return [];
    const known = new Set(results.map((one) => one.id));
    const found = await index.near(words, { filters });
    return found.filter((one) => !known.has(one.id)).slice(0, MOST);
  };
  return { count: results.length, items: { every: results, near } };
}

async function count(state, names) {
  const index = await openIndex();
  await index.loadFilters();
  const words = wordsOf(state);
  const found = await index.search(words, { filters: facetsOf(state, names) });
  const options = { ...found.filters };
  // Counts for other values of a facet ignore the value chosen in it.
  for (const name of names.filter((one) => one !== "tag" && state[one].length > 0)) {
    const others = names.filter((one) => one !== name);
    const without = await index.search(words, { filters: facetsOf(state, others) });
    options[name] = without.filters[name];
  }
  return options;
}

function entry(data, searched) {
  const { title, kicker, address } = data.meta;
  const link = element("a", { href: address, dir: "auto" }, title);
  const teaser = element("p", { class: "teaser", dir: "auto" });
  teaser.append(...(searched ? textWithMarks(data.excerpt) : [data.meta.lead ?? ""]));
  const parts = [element("h3", {}, link), teaser];
  if (kicker) parts.unshift(element("p", { class: "kicker" }, kicker));
  return element("article", {}, ...parts);
}

// Show the first few results before loading the others, for slow connections.
async function fill(place, results, searched, isCurrent) {
  const lines = results.map(() => element("li", { class: "waiting" }));
  for (const [start, end] of [[0, 4], [4, PAGE]]) {
    await Promise.all(
      results.slice(start, end).map(async (result, n) => {
        const data = await result.data();
        lines[start + n].classList.remove("waiting");
        lines[start + n].append(entry(data, searched));
      }),
    );
    if (!isCurrent()) return;
    place.replaceChildren(...lines);
  }
}

async function show({ every, near }, state, isCurrent) {
  const searched = state.q.trim() !== "";
  const first = (state.page - 1) * PAGE;
  await fill(list, every.slice(first, first + PAGE), searched, isCurrent);
  const most = await near();
  if (!isCurrent()) return;
  if (every.length === 0) {
    const hint = most.length > 0 ? "No case has every word." : "No case matches. Try fewer words, or remove a filter.";
    list.replaceChildren(element("li", { class: "none" }, hint));
  }
  nearby.hidden = most.length === 0 || state.page > 1;
  if (!nearby.hidden) await fill(nearby.querySelector("ol"), most, searched, isCurrent);
}

startFacets({
  form: document.getElementById("facets"),
  noun: total === 1 ? "case" : "cases",
  total,
  find,
  count,
  show,
  warm: openIndex,
  pager: document.getElementById("pager"),
});
