// A list with search, filters, order and pages: the form, the address and the pager.
// The results come from Pagefind on the search page, from a file on the statement pages.

export const PAGE = 24;
const MANY = ["tag"]; // facets with several values, all of which must match
const LABELS = JSON.parse(document.getElementById("labels")?.textContent ?? "{}");
const LONGEST_LABEL = 60;

export function labelOf(name, value) {
  return LABELS[name]?.[value] ?? value;
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// `find(state)` returns a promise of {count, items}: the number of matches, and the items that
// `show(items, state)` shows on a page. `count(state, names)` counts the values of each facet; it
// runs second, so that it does not delay the first results. `warm()` loads the data for both.
export function startFacets({ form, noun, total, find, count, show, pager, warm }) {
  const selects = [...form.querySelectorAll("select")].filter((one) => one.name !== "sort");
  const names = selects.map((one) => one.name);
  const shown = document.getElementById("shown");
  const chosen = document.getElementById("chosen");
  let state = fromAddress();
  let turn = 0;

  function fromAddress() {
    const query = new URLSearchParams(location.search);
    const made = { q: query.get("q") ?? "", sort: query.get("sort") ?? "" };
    for (const name of names) made[name] = query.getAll(name);
    made.page = Math.max(1, Number.parseInt(query.get("page") ?? "1", 10) || 1);
    return made;
  }

  function toAddress(replace) {
    const query = new URLSearchParams();
    if (state.q !== "") query.set("q", state.q);
    for (const name of names) for (const value of state[name]) query.append(name, value);
    if (state.sort !== "") query.set("sort", state.sort);
    if (state.page > 1) query.set("page", state.page);
    const address = query.size > 0 ? `?${query}` : location.pathname;
    if (replace) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  }

  function isNarrowed() {
    return state.q.trim() !== "" || names.some((name) => state[name].length > 0);
  }

  function fill(select, counts) {
    const own = state[select.name];
    const listed = Object.entries(counts ?? {}).filter(([value, n]) => n > 0 || own.includes(value));
    for (const value of own) if (!listed.some(([one]) => one === value)) listed.push([value, 0]);
    const byNumber = select.name === "year" ? (a, b) => (b[0] > a[0] ? 1 : -1) : (a, b) => b[1] - a[1];
    listed.sort((a, b) => byNumber(a, b) || labelOf(select.name, a[0]).localeCompare(labelOf(select.name, b[0])));
    const many = MANY.includes(select.name);
    const first = new Option(many && own.length > 0 ? "Add another" : "Any", "");
    const options = listed
      .filter(([value]) => !many || !own.includes(value))
      .map(([value, n]) => {
        const label = labelOf(select.name, value);
        return new Option(`${label.slice(0, LONGEST_LABEL)} (${n.toLocaleString("en")})`, value);
      });
    select.replaceChildren(first, ...options);
    select.value = many ? "" : (own[0] ?? "");
    select.disabled = options.length === 0;
  }

  function showChosen() {
    const chips = names.flatMap((name) =>
      state[name].map((value) => {
        const button = element("button", { type: "button", class: "chip" }, labelOf(name, value), " ×");
        const label = form.elements[name].dataset.label;
        button.setAttribute("aria-label", `Remove ${label}: ${labelOf(name, value)}`);
        button.addEventListener("click", () => {
          change(name, state[name].filter((one) => one !== value));
          form.elements[name].focus();
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
        state.page = page;
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

  function change(name, value) {
    // Include text that is still being typed.
    state.q = form.elements.q.value;
    state[name] = value;
    state.page = 1;
    toAddress(name === "q");
    return run();
  }

  async function fillSelects(isCurrent) {
    const options = await count(state, names);
    if (isCurrent()) for (const select of selects) fill(select, options[select.name]);
  }

  async function run() {
    const mine = ++turn;
    showChosen();
    let found;
    try {
      found = await find(state, names);
    } catch (error) {
      shown.textContent = "The search could not be loaded. Reload the page.";
      throw error;
    }
    if (mine !== turn) return;
    const number = found.count.toLocaleString("en");
    shown.textContent = isNarrowed() ? `${number} of ${total.toLocaleString("en")} ${noun}` : `${total.toLocaleString("en")} ${noun}`;
    await show(found.items, state, () => mine === turn);
    showPager(found.count);
    await fillSelects(() => mine === turn);
  }

  let waiting = 0;
  form.elements.q.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => change("q", form.elements.q.value), 120);
  });
  form.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "sort") change("sort", value);
    else if (MANY.includes(name)) change(name, value === "" ? state[name] : [...state[name], value]);
    else if (names.includes(name)) change(name, value === "" ? [] : [value]);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change("q", form.elements.q.value);
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const name of names) state[name] = [];
    state.sort = "";
    state.q = "";
    fillFields();
    change("q", "");
  });
  addEventListener("popstate", () => {
    state = fromAddress();
    fillFields();
    run();
  });
  form.hidden = false;
  // On phones, the results come first.
  if (matchMedia("(max-width: 40rem)").matches) document.getElementById("filters").open = false;
  fillFields();
  showChosen();
  // Load data only when the form is used, or when the address contains a search.
  if (location.search !== "") return run();
  form.addEventListener("focusin", () => warm(), { once: true });
  const offer = () => fillSelects(() => turn === 0);
  for (const select of selects) {
    select.addEventListener("focus", offer, { once: true });
    select.addEventListener("pointerenter", offer, { once: true });
  }
  return Promise.resolve();
}
