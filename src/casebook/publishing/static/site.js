// Two conveniences on pages that are complete without them: filtering the index, and unfolding
// every quote of a case at once. Nothing is loaded and nothing is sent.
"use strict";

function keepInAddress(values) {
  // Pages opened from a folder have no address that could be changed.
  if (location.protocol === "file:") return;
  const query = new URLSearchParams(values.filter(([, value]) => value !== ""));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function fits(item, text, industry, tag) {
  return (
    text.every((word) => item.text.includes(word)) &&
    (industry === "" || item.industry === industry) &&
    (tag === "" || item.tags.includes(tag))
  );
}

function startFilter(form) {
  const items = [...document.querySelectorAll("#cases > li")].map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
    industry: element.dataset.industry,
    tags: JSON.parse(element.dataset.tags),
  }));
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const list = document.getElementById("cases");

  function apply() {
    const [text, industry, tag] = ["text", "industry", "tag"].map((name) => form.elements[name].value);
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const filtered = words.length > 0 || industry !== "" || tag !== "";
    list.classList.toggle("narrowed", filtered);
    let count = 0;
    for (const item of items) {
      const fit = fits(item, words, industry, tag);
      item.element.hidden = !fit;
      count += fit;
    }
    none.hidden = count > 0;
    shown.textContent = filtered ? `${count} of ${items.length} shown` : "";
    keepInAddress([["text", text], ["industry", industry], ["tag", tag]]);
  }

  for (const [name, value] of new URLSearchParams(location.search)) {
    if (["text", "industry", "tag"].includes(name)) form.elements[name].value = value;
  }
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
