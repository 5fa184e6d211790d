// Pages of statements across cases: all statements are loaded once a filter is used.
import { plain } from "./combobox.js";
import { MANY, PAGE, element, startFacets } from "./facets.js";

const listing = document.getElementById("listing");
const total = Number(listing?.dataset.total ?? 0);
const COLUMNS = ["Metric", "Value", "Before", "Basis", "Grade", "Result"];
const GRADES = 4; // questions of a grade
const COLLATOR = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

let loaded = null;

async function load() {
  const { cases, rows } = await (await fetch(listing.dataset.rows)).json();
  return rows.map(([number, text, anchor, support, mark, more], place) => {
    const of = cases[number];
    const words = [text, of.title, of.company ?? "", more?.metric ?? "", ...(Array.isArray(more) ? more.map((one) => one.text) : [])];
    return { of, text, anchor, support, mark, more, place, plain: plain(words.join(" ")) };
  });
}

// Each word, and each phrase in quotation marks, must be in the statement or the title of its case.
function wanted(typed) {
  const terms = typed.matchAll(/["“”„«»]([^"“”„«»]*)["“”„«»]|[^\s"“”„«»]+/gu);
  return [...terms].map(([whole, phrase]) => plain(phrase ?? whole)).filter((term) => term !== "");
}

function valuesOf(row, name) {
  return row.more?.values?.[name] ?? row.of.values[name] ?? [];
}

function fits(row, state, names) {
  return names.every((name) => {
    const values = valuesOf(row, name);
    return state[name].every((one) => values.includes(one));
  });
}

function counted(rows, name) {
  const counts = {};
  for (const row of rows) for (const value of valuesOf(row, name)) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const ORDERS = {
  year: (a, b) => COLLATOR.compare(b.of.year ?? "", a.of.year ?? ""),
  company: (a, b) => COLLATOR.compare(a.of.company ?? "\uffff", b.of.company ?? "\uffff"),
  metric: (a, b) => COLLATOR.compare(a.more?.metric ?? "\uffff", b.more?.metric ?? "\uffff"),
  // Numbers are sorted within their unit, so that hours and percents are never mixed.
  number: (a, b) =>
    COLLATOR.compare(a.more?.unit ?? "\uffff", b.more?.unit ?? "\uffff") ||
    (b.more?.number ?? -Infinity) - (a.more?.number ?? -Infinity),
  grade: (a, b) => (b.more?.grade_parts.length ?? 0) - (a.more?.grade_parts.length ?? 0),
};

async function matching(state) {
  loaded ??= load();
  const terms = wanted(state.q);
  return (await loaded).filter((row) => terms.every((term) => row.plain.includes(term)));
}

async function find(state, names) {
  const rows = await matching(state);
  const found = rows.filter((row) => fits(row, state, names));
  const order = ORDERS[state.sort];
  if (order) found.sort((a, b) => order(a, b) || a.place - b.place);
  return { count: found.length, items: found };
}

async function count(state, names) {
  const rows = await matching(state);
  return Object.fromEntries(
    names.map((name) => {
      const others = MANY.includes(name) ? names : names.filter((one) => one !== name);
      return [name, counted(rows.filter((row) => fits(row, state, others)), name)];
    }),
  );
}

function doubt(text) {
  return element("span", { class: "mark doubtful" }, text);
}

function statement(row) {
  const { of, more } = row;
  const address = `cases/${of.slug}/index.html#${row.anchor}`;
  const link = element("a", { class: "plain", href: address }, row.text);
  const said = element("p", { dir: "auto" }, link);
  if (row.mark) {
    said.append(" ", doubt(row.mark));
  }
  const met = (Array.isArray(more) ? more : []).map((one) => {
    const line = element("li", { dir: "auto" }, one.text);
    if (one.mark) line.append(" ", doubt(one.mark));
    return line;
  });
  const parts = [said];
  if (met.length > 0) {
    parts.push(element("ul", { class: "answers", "aria-label": "How it was addressed" }, ...met));
  }
  const who = [of.company ?? of.title, of.year].filter(Boolean).join(", ");
  // "Verified" says nothing where nearly all statements are.
  const level = row.mark || /^(verbatim|verified)$/u.test(row.support) ? [] : [row.support];
  const where = [who, ...level, ...(of.company ? [of.title] : [])].join(" · ");
  parts.push(element("p", { class: "where", dir: "auto" }, where));
  return parts;
}

function resultRow(row) {
  const { metric, shown, baseline, whose, sample, grade_parts: parts } = row.more;
  const cells = [metric, shown, baseline, [whose, sample].filter(Boolean).join("; ")];
  const made = cells.map((text, n) =>
    element("td", { role: "cell", "data-label": COLUMNS[n], class: n === 1 ? "value" : null, dir: "auto" }, text ?? ""),
  );
  const grade = element("div", {}, `${parts.length} of ${GRADES} `, element("span", { class: "where" }, parts.join(", ")));
  made.push(element("td", { role: "cell", "data-label": "Grade" }, grade));
  made.push(element("td", { role: "cell", class: "statement" }, ...statement(row)));
  return element("tr", { role: "row" }, ...made);
}

function table(rows) {
  const heads = COLUMNS.map((label) => element("th", { scope: "col", role: "columnheader", class: label.toLowerCase() }, label));
  const head = element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads));
  const body = element("tbody", { role: "rowgroup" }, ...rows.map(resultRow));
  return element("table", { class: "results all", role: "table", "aria-labelledby": "found" }, head, body);
}

// A table for each unit.
function tables(rows) {
  const units = [...new Set(rows.map((row) => row.more.unit ?? ""))];
  return units.flatMap((unit) => [
    element("h3", { dir: "auto" }, unit === "" ? "Without a unit" : unit),
    table(rows.filter((row) => (row.more.unit ?? "") === unit)),
  ]);
}

// Shows the pairs among these rows: the first few of each chart, in the charts with most of them.
function showPairs(items) {
  const pairs = document.getElementById("pairs");
  if (!pairs) return;
  const places = new Set(items.map(({ place }) => String(place)));
  const charts = [...pairs.querySelectorAll(".pair-chart")].map((chart) => {
    const own = [...chart.querySelectorAll("[data-row]")];
    const found = own.filter((line) => places.has(line.dataset.row));
    for (const line of own) line.hidden = !found.slice(0, pairs.dataset.pairs).includes(line);
    chart.querySelector(".n").textContent = found.length;
    chart.hidden = true;
    return { chart, count: found.length };
  });
  const shown = charts.filter(({ count: n }) => n > 0).sort((a, b) => b.count - a.count).slice(0, pairs.dataset.charts);
  for (const { chart } of shown) chart.hidden = false;
  pairs.hidden = shown.length === 0;
}

function show(items, state) {
  showPairs(items);
  const first = (state.page - 1) * PAGE;
  const rows = items.slice(first, first + PAGE);
  const place = document.getElementById("statements");
  if (rows.length === 0) {
    place.replaceChildren(element("p", { class: "none" }, "No statement matches. Try fewer words, or remove a filter."));
  } else if (rows[0].more && !Array.isArray(rows[0].more)) {
    place.replaceChildren(...tables(rows));
  } else {
    const lines = rows.map((row) => element("li", { class: "statement" }, ...statement(row)));
    place.replaceChildren(element("ul", { class: "statements all" }, ...lines));
  }
}

const form = document.getElementById("facets");
if (form) {
  const pager = document.getElementById("pager");
  const warm = () => (loaded ??= load());
  startFacets({ form, noun: listing.dataset.noun, total, find, count, show, warm, pager });
}
