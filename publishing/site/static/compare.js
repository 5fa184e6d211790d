// Two to four cases side by side, in the words of their records. Nothing is added: an empty cell
// says that the case does not state it.
import { MOST, addressWith, chosenCases } from "./chosen_cases.js";
import { element } from "./facets.js";

const SHOWN = 4; // statements of a cell that are not folded
const GRADES = 4; // questions of a grade
const FACTS = { industry: "Industry", year: "Year", stage: "Deployment", narrator: "Account by", scale: "Scale" };
const SECTIONS = {
  Problem: ["challenges", "context"],
  Architecture: ["architecture"],
  Results: ["results"],
  "Failures and limits": ["failures"],
  Lessons: ["lessons"],
};
const place = document.getElementById("comparison");
const LABELS = JSON.parse(document.getElementById("labels").textContent);

async function load(name) {
  const answer = await fetch(`cases/${name}/case.json`);
  return { name, page: `cases/${name}/index.html`, record: answer.ok ? await answer.json() : null };
}

function doubt(part) {
  return part.mark ? [" ", element("span", { class: "mark doubtful" }, part.mark)] : [];
}

// An imported text without statements may state what its record does not hold.
function isText({ statements: found, prose }) {
  return found.length === 0 && prose.length > 0;
}

function unstated(record) {
  return element("span", { class: "unstated" }, isText(record) ? "not recorded" : "not stated");
}

function fact({ record }, name) {
  const found = record.facts.find((one) => one.name === name);
  const value = record[name] ?? found?.value;
  if (!value) return [unstated(record)];
  return [element("bdi", {}, LABELS[value] ?? value), ...(found?.value === value ? doubt(found) : [])];
}

function line(one, { record, page }) {
  const made = element("li", {});
  const { measure } = one;
  if (measure?.value || measure?.metric) {
    const before = measure.baseline ? `, before: ${measure.baseline}` : "";
    const grade = `grade ${one.grade_parts.length} of ${GRADES}`;
    made.append(element("p", { class: "where", dir: "auto" }, [measure.metric, grade].filter(Boolean).join(", ") + before));
  }
  const link = element("a", { class: "plain", href: `${page}#${one.anchor}`, dir: "auto" }, one.text);
  const level = one.mark || /^(verbatim|verified)$/u.test(one.support) ? [] : [" ", element("span", { class: "where" }, one.support)];
  made.append(link, ...doubt(one), ...level);
  const solutions = record.statements.filter((other) => other.answers === one.n);
  if (solutions.length > 0) {
    made.append(element("ul", { class: "answers", "aria-label": "How it was addressed" }, ...solutions.map((other) => line(other, { record, page }))));
  }
  return made;
}

function folded(lines) {
  const list = element("ul", {}, ...lines.slice(0, SHOWN));
  if (lines.length <= SHOWN) return [list];
  const rest = element("ul", {}, ...lines.slice(SHOWN));
  return [list, element("details", { class: "folded" }, element("summary", {}, `${lines.length - SHOWN} more`), rest)];
}

function statements(one, sections) {
  const { record, page } = one;
  const found = sections.flatMap((section) => record.statements.filter((part) => part.section === section));
  if (found.length > 0) return folded(found.map((part) => line(part, one)));
  return [isText(record) ? element("a", { href: `${page}#p-1` }, "only in the imported text") : unstated(record)];
}

function tags({ record }) {
  const found = record.tags.filter(({ group }) => ["technique", "model", "tool"].includes(group));
  const lines = found.map((tag) => element("li", {}, tag.label, ...doubt(tag)));
  return lines.length > 0 ? [element("ul", { class: "tags" }, ...lines)] : [unstated(record)];
}

function heading(one, others) {
  const { name, page, record } = one;
  const label = `Remove ${record?.title ?? name}`;
  const remove = element("a", { href: addressWith(others, "compare.html"), "aria-label": label }, "Remove");
  const about = element("p", { class: "where" }, remove);
  if (!record) return [element("p", {}, "This case is not on this site."), about];
  const company = record.facts.find((fact) => fact.name === "company");
  const kicker = record.company ? [element("p", { class: "kicker", dir: "auto" }, record.company, ...(company ? doubt(company) : []))] : [];
  return [...kicker, element("a", { href: page, dir: "auto" }, record.title), about];
}

// The company, or the title if several of the cases are of one company.
function nameOf({ record, name }, cases) {
  const same = cases.filter((other) => record && other.record?.company === record.company);
  return (same.length === 1 && record.company) || (record?.title ?? name);
}

function row(label, cases, cell, kind = null) {
  const cells = cases.map((one) => {
    return element("td", { role: "cell", "data-label": nameOf(one, cases) }, ...(one.record ? cell(one) : []));
  });
  return element("tr", { role: "row", class: kind }, element("th", { scope: "row", role: "rowheader" }, label), ...cells);
}

function table(cases) {
  const names = cases.map(({ name }) => name);
  const heads = cases.map((one) => element("th", { scope: "col", role: "columnheader" }, ...heading(one, names.filter((name) => name !== one.name))));
  const head = element("tr", { role: "row" }, element("td", { role: "cell" }), ...heads);
  const rows = [
    ...Object.entries(FACTS).map(([name, label]) => row(label, cases, (one) => fact(one, name), "fact")),
    ...Object.entries(SECTIONS).map(([label, sections]) => row(label, cases, (one) => statements(one, sections))),
  ];
  rows.splice(Object.keys(FACTS).length + 2, 0, row("Techniques, models and tools", cases, tags));
  return element("table", { class: "compare", role: "table", "aria-labelledby": "heading" },
    element("thead", { role: "rowgroup" }, head), element("tbody", { role: "rowgroup" }, ...rows));
}

const chosen = chosenCases();
const add = document.getElementById("add");
add.querySelector("a").href = addressWith(chosen, "search.html");
add.hidden = chosen.length >= MOST;
if (chosen.length > 0) {
  place.replaceChildren(element("p", { class: "none" }, "Reading…"));
  Promise.all(chosen.map(load)).then(
    (cases) => place.replaceChildren(table(cases)),
    () => place.replaceChildren(element("p", { class: "none" }, "The cases could not be loaded. Reload the page.")),
  );
}
