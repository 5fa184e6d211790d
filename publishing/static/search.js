// The search page: Pagefind finds, counts and orders; each case found is shown with its words.
import { PAGE, element, startFacets } from "./facets.js";
import { facetsOf, openIndex, textWithMarks } from "./search_index.js";

const list = document.getElementById("cases");
const total = Number(list.dataset.total);
const ORDERS = { added: { added: "desc" }, year: { year: "desc" }, title: { title: "asc" } };

async function find(state, names) {
  const index = await openIndex();
  const words = state.q.trim() === "" ? null : state.q;
  const sort = ORDERS[state.sort] ?? (words === null ? ORDERS.added : undefined);
  const found = await index.search(words, { filters: facetsOf(state, names), sort });
  const options = { ...found.filters };
  // What another value of a facet would find: the counts without the facet's own choice.
  for (const name of names.filter((one) => one !== "tag" && state[one].length > 0)) {
    const others = names.filter((one) => one !== name);
    const without = await index.search(words, { filters: facetsOf(state, others) });
    options[name] = without.filters[name];
  }
  return { count: found.results.length, options, items: found.results };
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

async function show(results, state, isCurrent) {
  const first = (state.page - 1) * PAGE;
  const shown = results.slice(first, first + PAGE);
  const places = shown.map(() => element("li", { class: "waiting" }));
  const searched = state.q.trim() !== "";
  await Promise.all(
    shown.map(async (result, n) => {
      const data = await result.data();
      places[n].classList.remove("waiting");
      places[n].append(entry(data, searched));
      if (n === 0 && isCurrent()) list.replaceChildren(...places);
    }),
  );
  if (!isCurrent()) return;
  list.setAttribute("start", first + 1);
  list.replaceChildren(...places);
  if (places.length === 0) {
    const hint = "No case fits. Try fewer words, or take a filter away.";
    list.replaceChildren(element("li", { class: "none" }, hint));
  }
}

startFacets({
  form: document.getElementById("facets"),
  noun: total === 1 ? "case" : "cases",
  total,
  find,
  show,
  pager: document.getElementById("pager"),
});
