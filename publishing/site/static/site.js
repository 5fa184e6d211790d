// Optional conveniences.
"use strict";

// Shows all quotes of a case at once.
const unfold = document.getElementById("unfold");
if (unfold && document.querySelector("details.evidence")) {
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    for (const details of document.querySelectorAll("details.evidence")) details.open = open;
    unfold.setAttribute("aria-pressed", String(open));
  });
  unfold.hidden = false;
}

// A click or tap on a sentence opens its quotes, unless it selects text or follows a link.
document.querySelector(".story")?.addEventListener("click", (event) => {
  if (event.target.closest("a, details") || !getSelection().isCollapsed) return;
  const details = event.target.closest(".sentence, .statement")?.querySelector("details.evidence");
  if (details) details.open = !details.open;
});

// A link to a statement opens its quotes, and one to the tags opens their list.
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  const within = target?.matches(".sentence, .statement, tr") ? target : target?.parentElement;
  const details = within?.querySelector(within === target ? "details.evidence" : ":scope > details.folded");
  if (details) details.open = true;
}

addEventListener("hashchange", openTarget);
openTarget();

// Browsers do not load modules for pages opened from a folder.
if (location.protocol === "file:") {
  for (const hint of document.querySelectorAll(".needs-server")) hint.hidden = false;
}
