// Conveniences on pages that are complete without them: filtering the cases and the results,
// searching whole cases, ordering results, and unfolding every quote of a case at once. The only
// file loaded is the site's own list of words, at the first search; nothing is sent.
"use strict";

const COLLATOR = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });
// A shorter part of a compound is not searched alone; word_index.py has the same limit.
const SHORTEST_PART = 3;
const AROUND = /^["'`.,;:!?()[\]{}<>*“”„«»‘’…]+|["'`.,;:!?()[\]{}<>*“”„«»‘’…]+$/g;

function keepInAddress(values) {
  // Pages opened from a folder have no address that could be changed.
  if (location.protocol === "file:") return;
  const query = new URLSearchParams(values.filter(([, value]) => value !== ""));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

// The form in which texts are compared: without case, accents, width, hyphens and invisible signs.
// By way of its capitals "Straße" is "strasse" and "İ" an "i".
function plain(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{Mn}\p{Cf}]/gu, "")
    .toUpperCase()
    .toLowerCase()
    .replace(/[\p{Pd}\s/_]+/gu, " ")
    .trim();
}

// Each word must be found somewhere, a phrase in quotation marks as it is; "invoices" finds an
// invoice, too, and "companies" a company.
function wantedIn(typed) {
  const terms = [...typed.matchAll(/["“”„«»]([^"“”„«»]*)["“”„«»]|[^\s"“”„«»]+/gu)];
  return terms
    .map(([whole, phrase]) => {
      const term = plain(phrase ?? whole);
      const plural = phrase === undefined && /[a-z]{2}[a-rt-z]s$/.test(term);
      return plural ? [term, term.slice(0, -1), term.replace(/ies$/, "y")] : [term];
    })
    .filter(([term]) => term !== "");
}

// The words of whole cases, beyond what the list shows: a text with a word a line and the cases
// that have it, the first by its place and each other by how far it is from the one before.
function wholeCases(loaded) {
  let lines = null;
  let state = "";

  function load() {
    if (state !== "") return;
    state = "loading";
    const script = document.createElement("script");
    script.src = "words.js";
    script.addEventListener("load", () => {
      lines = caseWords.split("\n").map((line) => {
        const end = line.indexOf(" ");
        return [line.slice(0, end), line.slice(end + 1)];
      });
      state = "loaded";
      loaded();
    });
    script.addEventListener("error", () => {
      state = "missing";
      loaded();
    });
    document.head.append(script);
  }

  function placesOf(fits) {
    const places = new Set();
    for (const [, steps] of lines.filter(([word]) => fits(word))) {
      let place = 0;
      for (const step of steps.split(" ")) places.add((place += Number(step)));
    }
    return places;
  }

  // The places of the cases that have each word of a term. It may begin and end within words.
  function having(term) {
    const parts = term.split(" ").map((part) => part.replace(AROUND, "")).filter((part) => part !== "");
    if (lines === null || parts.length === 0) return new Set();
    // A short part of "GPT-4" or "A/B" says little alone: the list has such two as a word.
    if (parts.length === 2 && parts.some((part) => part.length < SHORTEST_PART)) {
      const both = placesOf((word) => word.includes(parts.join("-")));
      if (both.size > 0) return both;
    }
    const inner = parts.slice(1, -1).map((part) => (word) => word === part);
    const fits =
      parts.length === 1
        ? [(word) => word.includes(parts[0])]
        : [(word) => word.endsWith(parts[0]), ...inner, (word) => word.startsWith(parts.at(-1))];
    const [first, ...more] = fits.map(placesOf);
    return new Set([...first].filter((place) => more.every((some) => some.has(place))));
  }

  function note(wanted) {
    if (state === "missing") return "; only titles, first sentences and tags could be searched";
    if (state === "loading") return "; the words of whole cases are being loaded";
    const phrase = wanted.some(([term]) => term.includes(" "));
    return phrase ? "; beyond titles and first sentences, each word of a phrase alone" : "";
  }

  return { load, having, note };
}

function chooseFromAddress(form, choices) {
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (!["text", "sort", ...choices].includes(name) || !form.elements[name]) continue;
    const field = form.elements[name];
    const before = field.value;
    field.value = value;
    if (field.value === value) continue;
    if (name === "sort") {
      field.value = before;
      continue;
    }
    // A value that no case has any more is kept, and finds none.
    field.add(new Option(value, value));
    field.value = value;
  }
}

// Rows without the value come last.
function compared(one, other, order) {
  const [name, down] = order.split("-");
  const [a, b] = [one.element.dataset[name], other.element.dataset[name]];
  if (a === "" || b === "") return (a === "") - (b === "");
  const step = name === "number" ? a - b : COLLATOR.compare(a, b);
  return down ? -step : step;
}

function startFilter(form, list, whole) {
  const choices = [...form.querySelectorAll("select")].map((field) => field.name);
  const narrowing = choices.filter((name) => name !== "sort");
  const items = [...list.children].map((element, place) => ({
    element,
    place,
    text: plain(element.textContent),
    values: Object.fromEntries(
      narrowing.map((name) => {
        const value = element.dataset[name];
        return [name, name === "tag" ? JSON.parse(value) : [value]];
      }),
    ),
  }));
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  let order = "";

  function arrange() {
    if (!form.elements.sort || form.elements.sort.value === order) return;
    order = form.elements.sort.value;
    const sorted = order === "" ? items : [...items].sort((a, b) => compared(a, b, order));
    list.append(...sorted.map(({ element }) => element));
  }

  function apply() {
    const wanted = wantedIn(form.elements.text.value);
    if (wanted.length > 0) whole?.load();
    const found = wanted.map((forms) =>
      forms.map((term) => [term, whole ? whole.having(term) : new Set()]),
    );
    const chosen = narrowing.map((name) => [name, form.elements[name].value]);
    const filtered = wanted.length > 0 || chosen.some(([, value]) => value !== "");
    list.classList.toggle("narrowed", filtered);
    let count = 0;
    for (const { element, place, text, values } of items) {
      const fit =
        found.every((forms) =>
          forms.some(([term, places]) => text.includes(term) || places.has(place)),
        ) && chosen.every(([name, value]) => value === "" || values[name].includes(value));
      element.hidden = !fit;
      count += fit;
    }
    arrange();
    none.hidden = count > 0;
    const note = wanted.length > 0 && whole ? whole.note(wanted) : "";
    shown.textContent = filtered ? `${count} of ${items.length} shown${note}` : "";
    const kept = choices.map((name) => [name, form.elements[name].value]);
    keepInAddress([["text", form.elements.text.value], ...kept]);
  }

  chooseFromAddress(form, choices);
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.text.addEventListener("focus", () => whole?.load(), { once: true });
  form.hidden = false;
  apply();
  return apply;
}

function startUnfolding(button) {
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    for (const details of document.querySelectorAll("details.evidence")) details.open = open;
    button.setAttribute("aria-pressed", String(open));
  });
  button.hidden = false;
}

const filter = document.getElementById("filter");
const cases = document.getElementById("cases");
const rows = document.getElementById("rows");
if (filter && cases) {
  const apply = startFilter(filter, cases, wholeCases(() => apply()));
}
if (filter && rows) startFilter(filter, rows, null);
const unfold = document.getElementById("unfold");
if (unfold && document.querySelector("details.evidence")) startUnfolding(unfold);
