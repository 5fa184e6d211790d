// A list with search, facets, order and pages: the form, the address and the pager.
// The results come from Pagefind on the search page, from a file on the statement pages.
import { combobox } from "./combobox.js";

export const PAGE = 24;
export const MANY = ["model", "tag"]; // facets with several values, all of which must match
const ORDERED = ["year", "grade"]; // facets whose values have an order of their own
const LONGEST_LABEL = 60;
const TYPING = 120; // milliseconds after the last letter until it is searched
// The page has the values of each facet with their numbers, for lists before the first search.
const FACETS = new Map(
  JSON.parse(document.getElementById("values")?.textContent ?? "[]").map(([name, label, values]) => [
    name,
    { label, values: new Map(values.map(([value, text, n]) => [value, { value, label: text, n }])) },
  ]),
);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function optionOf(name, value) {
  return FACETS.get(name).values.get(value) ?? { value, label: value, n: 0 };
}

// A list to choose from, with the interface of `combobox`.
function select(field, choose) {
  field.addEventListener("change", () => choose(field.value));
  return (options, chosen) => {
    const made = options.map(({ value, label, n }) => {
      return new Option(`${label.slice(0, LONGEST_LABEL)} (${n.toLocaleString("en")})`, value);
    });
    field.replaceChildren(new Option("Any", ""), ...made);
    field.value = chosen?.value ?? "";
  };
}

// `find(state, names, signal)` returns a promise of {count, items}: the number of matches, and the
// items that `show(items, state, isCurrent)` shows on a page. `count(state, names, signal)` counts
// the values of each facet; it runs second, so that it does not delay the first results. `warm()`
// loads the data for both. The signal is aborted when a newer search begins.
export function startFacets({ form, noun, total, find, count, show, pager, warm }) {
  const names = [...FACETS.keys()];
  const shown = document.getElementById("shown");
  const chosen = document.getElementById("chosen");
  const offers = new Map(
    names.map((name) => {
      const field = form.elements[name];
      const make = field.localName === "select" ? select : combobox;
      return [name, make(field, (value) => choose(name, value))];
    }),
  );
  let state = fromAddress();
  let current = new AbortController();
  let searched = location.search === "" ? keyOf(state) : ""; // what the page shows
  let counts = null; // of the last search; null without one
  let waiting = 0;

  function fromAddress() {
    const query = new URLSearchParams(location.search);
    const sort = query.get("sort") ?? "";
    const isKnown = [...form.elements.sort.options].some((one) => one.value === sort);
    const made = { q: query.get("q") ?? "", sort: isKnown ? sort : "" };
    for (const name of names) made[name] = [...new Set(query.getAll(name))];
    made.page = Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1);
    return made;
  }

  function toAddress(replace) {
    const query = new URLSearchParams();
    if (state.q !== "") query.set("q", state.q);
    for (const name of names) for (const value of state[name]) query.append(name, value);
    if (state.sort !== "") query.set("sort", state.sort);
    if (state.page > 1) query.set("page", state.page);
    const cases = new URLSearchParams(location.search).get("cases"); // those chosen to compare
    if (cases) query.set("cases", cases);
    const address = query.size > 0 ? `?${String(query).replaceAll("%2C", ",")}` : location.pathname;
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }

  function keyOf(one) {
    return JSON.stringify({ ...one, q: one.q.trim() });
  }

  function isNarrowed() {
    return state.q.trim() !== "" || names.some((name) => state[name].length > 0);
  }

  // Fill the list of each facet.
  function offer() {
    for (const [name, update] of offers) {
      const own = state[name];
      const many = MANY.includes(name);
      const listed = [...new Set([...FACETS.get(name).values.keys(), ...own])]
        .map((value) => optionOf(name, value))
        .map((one) => (counts ? { ...one, n: counts[name]?.[one.value] ?? 0 } : one))
        .filter(({ value, n }) => (own.includes(value) ? !many : n > 0));
      if (!ORDERED.includes(name)) listed.sort((a, b) => b.n - a.n);
      update(listed, many || own.length === 0 ? undefined : optionOf(name, own[0]));
      const field = form.elements[name];
      const number = listed.length.toLocaleString("en");
      field.placeholder = listed.length === 0 ? "None" : own.length > 0 ? "Add another" : `Any of ${number}`;
      field.disabled = listed.length === 0 && field !== document.activeElement;
    }
  }

  function showChosen() {
    const chips = names.flatMap((name) =>
      state[name].map((value) => {
        const { label } = optionOf(name, value);
        const button = element("button", { type: "button", class: "chip" }, label, " ×");
        button.setAttribute("aria-label", `Remove ${FACETS.get(name).label}: ${label}`);
        button.addEventListener("click", () => {
          change({ [name]: state[name].filter((one) => one !== value) });
          (chosen.querySelector("button") ?? form.querySelector("[type=reset]")).focus();
        });
        return element("li", {}, button);
      }),
    );
    chosen.replaceChildren(...chips);
    chosen.hidden = chips.length === 0;
  }

  function showPager(count) {
    const last = Math.ceil(count / PAGE);
    const step = (label, page, rel) => {
      const link = element("a", { href: "#listing", rel }, label);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        state = { ...state, page };
        toAddress(false);
        run().then(() => document.getElementById("listing").scrollIntoView());
      });
      return link;
    };
    pager.replaceChildren(
      ...(state.page > 1 ? [step("Previous", state.page - 1, "prev")] : []),
      element("span", {}, `Page ${state.page} of ${last}`),
      ...(state.page < last ? [step("Next", state.page + 1, "next")] : []),
    );
    pager.hidden = last < 2;
  }

  function fillFields() {
    form.elements.q.value = state.q;
    form.elements.sort.value = state.sort;
  }

  function change(values, replace = false) {
    clearTimeout(waiting);
    // Include text that is still being typed.
    state = { ...state, q: form.elements.q.value, page: 1, ...values };
    if (keyOf(state) === searched) return;
    toAddress(replace);
    run();
  }

  function choose(name, value) {
    const added = value === "" ? [] : [value];
    change({ [name]: MANY.includes(name) ? [...state[name], ...added] : added });
  }

  async function run() {
    current.abort();
    current = new AbortController();
    const { signal } = current;
    const asked = state;
    searched = keyOf(asked);
    showChosen();
    offer();
    try {
      const found = await find(asked, names, signal);
      if (signal.aborted) return;
      const last = Math.max(1, Math.ceil(found.count / PAGE));
      if (asked.page > last) {
        state = { ...asked, page: last };
        toAddress(true);
        return run();
      }
      const number = found.count.toLocaleString("en");
      const all = `${total.toLocaleString("en")} ${noun}`;
      shown.textContent = isNarrowed() ? `${number} of ${all}` : all;
      await show(found.items, asked, () => !signal.aborted);
      if (signal.aborted) return;
      showPager(found.count);
      const counted = isNarrowed() ? await count(asked, names, signal) : null;
      if (signal.aborted) return;
      counts = counted;
      offer();
    } catch (error) {
      if (signal.aborted) return;
      searched = "";
      shown.textContent = "The search could not be loaded. Reload the page.";
      throw error;
    }
  }

  form.elements.q.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change({}, true), TYPING);
  });
  form.elements.sort.addEventListener("change", () => change({ sort: form.elements.sort.value }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change({}, true);
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    change({ q: "", sort: "", ...Object.fromEntries(names.map((name) => [name, []])) });
    fillFields();
  });
  addEventListener("popstate", () => {
    clearTimeout(waiting);
    state = fromAddress();
    fillFields();
    if (keyOf(state) !== searched) run();
  });
  form.hidden = false;
  // On phones, the results come first.
  if (matchMedia("(max-width: 40rem)").matches) document.getElementById("filters").open = false;
  fillFields();
  showChosen();
  offer();
  // Load data only when the form is used, or when the address contains a search.
  if (location.search !== "") return run();
  form.addEventListener("focusin", () => warm(), { once: true });
  return Promise.resolve();
}
