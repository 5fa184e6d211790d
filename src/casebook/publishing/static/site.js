// Two conveniences on pages that are complete without them: filtering the index, and unfolding
// every quote of a case at once. Nothing is loaded and nothing is sent.
"use strict";

const CHOICES = ["industry", "year", "kind", "tag"];

function keepInAddress(values) {
  // Pages opened from a folder have no address that could be changed.
  if (location.protocol === "file:") return;
  const query = new URLSearchParams(values.filter(([, value]) => value !== ""));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

// As a reader compares: without case, accents, width and hyphens. "Straße" is "strasse" by its
// capitals, "İ" an "i"; marks that are not seen are left out.
function plain(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{Mn}\p{Cf}]/gu, "")
    .toUpperCase()
    .toLowerCase()
    .replace(/[\p{Pd}\s/_]+/gu, " ")
    .trim();
}

// Each word is wanted somewhere, what stands in quotation marks as it is; "invoices" finds an
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

function fits(item, wanted, chosen) {
  return (
    wanted.every((forms) => forms.some((form) => item.text.includes(form))) &&
    CHOICES.every((name) => chosen[name] === "" || item[name].includes(chosen[name]))
  );
}

function chooseFromAddress(form) {
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (!["text", ...CHOICES].includes(name)) continue;
    const field = form.elements[name];
    field.value = value;
    // What no case has any more is asked for all the same, and finds none.
    if (field.value !== value && name !== "text") {
      field.add(new Option(value, value));
      field.value = value;
    }
  }
}

function startFilter(form) {
  const items = [...document.querySelectorAll("#cases > li")].map((element) => ({
    element,
    text: plain(element.textContent),
    industry: [element.dataset.industry],
    year: [element.dataset.year],
    kind: [element.dataset.kind],
    tag: JSON.parse(element.dataset.tags),
  }));
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const list = document.getElementById("cases");

  function apply() {
    const wanted = wantedIn(form.elements.text.value);
    const chosen = Object.fromEntries(CHOICES.map((name) => [name, form.elements[name].value]));
    const filtered = wanted.length > 0 || CHOICES.some((name) => chosen[name] !== "");
    list.classList.toggle("narrowed", filtered);
    let count = 0;
    for (const item of items) {
      const fit = fits(item, wanted, chosen);
      item.element.hidden = !fit;
      count += fit;
    }
    none.hidden = count > 0;
    shown.textContent = filtered ? `${count} of ${items.length} shown` : "";
    keepInAddress([["text", form.elements.text.value], ...Object.entries(chosen)]);
  }

  chooseFromAddress(form);
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
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
if (filter && document.getElementById("cases")) startFilter(filter);
const unfold = document.getElementById("unfold");
if (unfold && document.querySelector("details.evidence")) startUnfolding(unfold);
