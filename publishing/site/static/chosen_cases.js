// The cases that are chosen to compare: the names of their folders, in the address as ?cases=a,b.
import { element } from "./facets.js";

export const MOST = 4;

export function chosenCases() {
  const names = (new URLSearchParams(location.search).get("cases") ?? "").split(",");
  return [...new Set(names)].filter((name) => /^[a-z0-9-]+$/u.test(name)).slice(0, MOST);
}

// The address of this or another page with these cases; other parameters are kept.
export function addressWith(cases, page = "", query = new URLSearchParams()) {
  if (cases.length > 0) query.set("cases", cases.join(","));
  else query.delete("cases");
  return `${page}${query.size > 0 ? `?${String(query).replaceAll("%2C", ",")}` : page || location.pathname}`;
}

function toggle(name) {
  const chosen = chosenCases();
  const others = chosen.filter((one) => one !== name);
  const now = others.length < chosen.length ? others : [...chosen, name];
  history.replaceState(null, "", addressWith(now, "", new URLSearchParams(location.search)));
  showChoice();
}

// A button for each case in a list, and a bar with the number of chosen ones.
export function offerChoice(list) {
  for (const link of list.querySelectorAll("article:not(:has(.choose)) h3 a")) {
    const name = link.getAttribute("href").split("/").at(-2);
    const label = `Compare: ${link.textContent}`;
    const button = element("button", { type: "button", class: "choose", "data-case": name, "aria-label": label }, "Compare");
    button.addEventListener("click", () => toggle(name));
    link.closest("article").append(button);
  }
  showChoice();
}

function showChoice() {
  const chosen = chosenCases();
  for (const button of document.querySelectorAll(".choose")) {
    const isChosen = chosen.includes(button.dataset.case);
    button.setAttribute("aria-pressed", String(isChosen));
    button.disabled = !isChosen && chosen.length >= MOST;
  }
  const bar = document.getElementById("choice");
  bar.hidden = chosen.length === 0;
  const number = chosen.length === 1 ? "1 case" : `${chosen.length} cases`;
  const link = element("a", { href: addressWith(chosen, "compare.html") }, `Compare ${number}`);
  bar.replaceChildren(chosen.length > 1 ? link : `${number} chosen: choose up to ${MOST - 1} more`);
}

addEventListener("popstate", () => document.getElementById("choice") && showChoice());
