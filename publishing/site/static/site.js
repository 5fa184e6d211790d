// Conveniences on pages that are complete without them.
"use strict";

// Unfolds every quote of a case at once.
const unfold = document.getElementById("unfold");
if (unfold && document.querySelector("details.evidence")) {
  unfold.addEventListener("click", () => {
    const open = unfold.getAttribute("aria-pressed") !== "true";
    for (const details of document.querySelectorAll("details.evidence")) details.open = open;
    unfold.setAttribute("aria-pressed", String(open));
  });
  unfold.hidden = false;
}

// Browsers load no modules for a page that is opened from a folder.
if (location.protocol === "file:") {
  for (const hint of document.querySelectorAll(".needs-server")) hint.hidden = false;
}
