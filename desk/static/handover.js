// Receives a page from the bookmarklet in the window that opened this one. The page is plain data:
// it is shown here and sent to the desk after a click.
"use strict";

(() => {
  const { opener } = window;
  const form = document.getElementById("handover");
  const status = document.getElementById("waiting");
  const fields = form.elements;
  const instead = document.getElementById("instead");
  const mostBytes = 10_000_000; // the limit of the extractors
  let taken = false;

  function refuse(words) {
    status.textContent = words;
    instead.hidden = false;
  }

  function sender(message) {
    try {
      const address = new URL(message.data.url);
      // The browser guarantees the origin; the page states the address.
      return address.protocol.startsWith("http") && address.origin === message.origin;
    } catch {
      return false;
    }
  }

  function take({ url, title, selection, html }) {
    const file = new File([html], "page.html", { type: "text/html" });
    if (file.size > mostBytes)
      return refuse(`This page is larger than ${mostBytes / 1e6} MB. Save it and upload the part that matters.`);
    taken = true;
    const holder = new DataTransfer();
    holder.items.add(file);
    fields.files.files = holder.files;
    fields.origin.value = url;
    fields.hint.value = selection;
    const shown = { title: title || "Untitled", url, size: `${Math.ceil(file.size / 1000)} kB`, selection: fields.hint.value };
    for (const [name, words] of Object.entries(shown)) {
      const place = form.querySelector(`[data-shows=${name}]`);
      place.textContent = words;
      place.parentElement.hidden = !words;
    }
    status.textContent = "Is this the page?";
    instead.hidden = true;
    form.hidden = false; // not focused: a key meant for the other window must not submit it
  }

  if (!opener) return;
  instead.hidden = true;
  status.textContent = "Waiting for the page…";
  const patience = setTimeout(() => refuse("The page did not respond. It may have been closed or reloaded."), 5000);
  addEventListener("message", (message) => {
    if (message.source !== opener || taken) return;
    const given = ["url", "title", "selection", "html"].every((name) => typeof message.data?.[name] === "string");
    if (!given) return;
    clearTimeout(patience);
    if (sender(message)) take(message.data);
    else refuse("The page does not come from the address that it claims.");
  });
  opener.postMessage("casebook: ready", "*"); // not secret: any page can open this one
})();
