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

// Browsers do not load modules for pages opened from a folder.
if (location.protocol === "file:") {
  for (const hint of document.querySelectorAll(".needs-server")) hint.hidden = false;
}
