// The search page: Pagefind finds, counts and sorts; results are shown with matching excerpts.
import { MANY, PAGE, element, startFacets } from "./facets.js";
import { findCases } from "./case_search.js";
import { offerChoice } from "./chosen_cases.js";
import { excerptOf } from "./excerpts.js";
import { facetsOf, openIndex } from "./search_index.js";
import { loadVocabulary } from "./vocabulary.js";

const list = document.getElementById("cases");
const nearby = document.getElementById("nearby");
const meant = document.getElementById("meant");
const NOT_ALL = "No case has all of these words. These are the closest:";
const NONE = "No case matches. Try fewer words, or remove a filter.";
const total = Number(list.dataset.total);
const ORDERS = { added: { added: "desc" }, year: { year: "desc" }, title: { title: "asc" } };

function wordsOf(state) {
  return state.q.trim() === "" ? null : state.q.trim();
}

async function find(state, names) {
  const words = wordsOf(state);
  const sort = ORDERS[state.sort] ?? (words === null ? ORDERS.added : undefined);
  const found = await findCases(words, { filters: facetsOf(state, names), sort }, total);
  return { count: found.results.length, items: found };
}

async function count(state, names) {
  const index = await openIndex();
  await index.loadFilters();
  const found = await findCases(wordsOf(state), { filters: facetsOf(state, names) }, total);
  const options = { ...found.filters };
  // Counts for other values of a facet ignore the value chosen in it.
  for (const name of names.filter((one) => !MANY.includes(one) && state[one].length > 0)) {
    const others = names.filter((one) => one !== name);
    const without = await findCases(wordsOf(state), { filters: facetsOf(state, others) }, total);
    options[name] = without.filters[name];
  }
  return options;
}

function entry(result, data, searched) {
  const { title, kicker, address, lead } = data.meta;
  const link = element("a", { href: address, dir: "auto" }, title);
  const excerpt = searched ? excerptOf(data.content, result.words ?? []) : null;
  const teaser = element("p", { class: "teaser", dir: "auto" }, ...(excerpt ?? [lead ?? ""]));
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
        lines[start + n].append(entry(result, data, searched));
      }),
    );
    if (!isCurrent()) return;
    place.replaceChildren(...lines);
    offerChoice(place);
  }
}

function showMeant(query) {
  meant.hidden = query === null;
  if (query === null) return;
  const other = element("a", { href: `?${new URLSearchParams({ q: query.typed })}` }, query.typed);
  meant.replaceChildren("Showing results for ", element("strong", {}, query.meant), ". Search instead for ", other, ".");
}

async function show({ results, close, meant: query }, state, isCurrent) {
  const searched = state.q.trim() !== "";
  const first = (state.page - 1) * PAGE;
  showMeant(query);
  await fill(list, results.slice(first, first + PAGE), searched, isCurrent);
  showClose(results.length > 0, close, state, isCurrent);
}

// Not awaited by the form, since the model for the meaning may take long to load.
async function showClose(hasAll, close, state, isCurrent) {
  let found = [];
  for await (found of close()) {
    if (!isCurrent()) return;
    nearby.hidden = !hasAll || found.length === 0 || state.page > 1;
    await fill(hasAll ? nearby.querySelector("ol") : list, found, true, isCurrent);
    if (!isCurrent()) return;
    if (!hasAll && found.length > 0) list.prepend(element("li", { class: "meant" }, NOT_ALL));
  }
  if (!isCurrent() || found.length > 0) return;
  nearby.hidden = true;
  if (!hasAll) list.replaceChildren(element("li", { class: "none" }, NONE));
}

offerChoice(list);
startFacets({
  form: document.getElementById("facets"),
  noun: total === 1 ? "case" : "cases",
  total,
  find,
  count,
  show,
  warm: () => Promise.all([openIndex(), loadVocabulary()]),
  pager: document.getElementById("pager"),
});
