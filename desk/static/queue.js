// The queue: keys for rows, selection, and live counts.
"use strict";

(() => {
  const { byId, all, keys, listen, afterSwap } = desk;
  let last = null; // the row that was selected last, for a range

  const rows = () => all("#queue .row");
  const peeked = () => document.querySelector(".row:has(> .peek:not(:empty))");
  // A late answer to a search can take the focus away; a peek then shows the row.
  const current = () => document.activeElement?.closest?.(".row") ?? peeked();

  function move(by) {
    const links = all("#queue .row .open");
    const at = links.indexOf(current()?.querySelector(".open"));
    const next = links[Math.min(Math.max(at + by, 0), links.length - 1)];
    next?.focus();
    next?.closest(".row").scrollIntoView({ block: "nearest" });
    if (peeked() && peeked() !== next?.closest(".row")) next?.closest(".row").querySelector(".look")?.click();
    return true;
  }

  function select(isRange) {
    const list = rows();
    const here = current() ?? list[0];
    const box = here?.querySelector(".pick input");
    if (!box) return false;
    box.checked = !box.checked;
    if (isRange && last?.isConnected) {
      const [from, to] = [list.indexOf(last), list.indexOf(here)].sort((a, b) => a - b);
      for (const row of list.slice(from, to + 1)) row.querySelector(".pick input").checked = box.checked;
    }
    last = here;
    countSelected();
    here.querySelector(".open").focus();
    return true;
  }

  /* Peeking at one row; the next row's peek replaces it */

  function closePeek() {
    const row = peeked();
    row?.querySelector(".peek").replaceChildren();
    row?.querySelector(".look").setAttribute("aria-expanded", "false");
    return row;
  }

  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(".look")?.closest(".row");
    if (!row || closePeek() !== row) return;
    event.preventDefault(); // it was open
    event.stopPropagation();
  }, true);

  function countSelected() {
    const count = byId("selected");
    const whole = document.querySelector("#bulk [name=all]:checked");
    const number = all(".pick input:checked").length;
    if (count) count.textContent = whole ? `All ${whole.dataset.total} selected` : number ? `${number} selected` : "";
  }

  document.addEventListener("change", countSelected);

  keys[" "] = (event) => {
    if (event.target.closest?.("button, input, label, summary")) return false;
    const link = (current() ?? rows()[0])?.querySelector(".look");
    link?.click();
    return Boolean(link);
  };
  keys.j = keys.ArrowDown = () => move(1);
  keys.k = keys.ArrowUp = () => move(-1);
  keys.x = () => select(false);
  keys.X = () => select(true);
  keys.f = () => (current()?.querySelector(".act button")?.click(), true);
  keys["/"] = () => (byId("q")?.focus(), true);
  keys.Escape = () => {
    const row = closePeek();
    if (row) return row.querySelector(".open").focus(), true;
    for (const box of all("#bulk :checked")) box.checked = false;
    countSelected();
    return true;
  };

  // Search from the second letter on: one letter matches nearly every text.
  document.addEventListener("htmx:before:request", (event) => {
    const { sourceElement } = event.detail.ctx;
    if (sourceElement.id === "q" && sourceElement.value.trim().length === 1) event.preventDefault();
  });

  // Enter searches without loading the page anew; the keys then move in the list.
  byId("q")?.form.addEventListener("submit", (event) => {
    event.preventDefault();
    byId("content").tabIndex = -1;
    byId("content").focus({ preventScroll: true });
  });

  // Going back from a case returns to the search results.
  afterSwap.push((ctx) => {
    const row = ctx.target.matches?.(".peek") && ctx.target.closest(".row");
    if (row) {
      row.querySelector(".look").setAttribute("aria-expanded", "true");
      row.scrollIntoView({ block: "nearest" });
    }
    countSelected();
    if (ctx.sourceElement.id === "q") history.replaceState(null, "", ctx.response.raw.url);
  });

  listen("/events", {
    queue(counts) {
      let more = 0;
      for (const number of all("[data-count]")) {
        const now = counts[number.dataset.count] ?? 0;
        const before = Number(number.textContent.replaceAll(",", ""));
        if (number.dataset.count === "draft") more = now - before;
        // Filtered counts stay as they are; the events count all cases.
        if (!document.querySelector(".clear")) number.textContent = now.toLocaleString("en");
      }
      const news = byId("news");
      if (news && more > 0) news.hidden = false;
    },
  });
})();
