// The desk's own script: choosing a statement marks its quotes in the source; keys; dialogs.
// Everything works without it: a statement is a link to its first quote, each action is a form.
"use strict";

(() => {
  const beside = matchMedia("(min-width: 60rem)");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let chosen = null; // id of the chosen statement, kept over a swap
  let left = null; // what had the focus when a form was sent: its button is disabled, and swapped

  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const motion = () => (calm.matches ? "auto" : "smooth");

  document.documentElement.classList.add("js");

  function show(mark) {
    const source = byId("source");
    if (!beside.matches || !source) return;
    // Only the source scrolls: scrollIntoView would move the draft as well.
    const top = mark.getBoundingClientRect().top - source.getBoundingClientRect().top;
    source.scrollTo({ top: source.scrollTop + top - source.clientHeight / 3, behavior: motion() });
  }

  function keepInSight(item) {
    const bar = document.querySelector(".toolbar");
    const box = item.getBoundingClientRect();
    const free = (bar ? bar.getBoundingClientRect().bottom : 0) + 12;
    if (box.top < free || box.bottom > innerHeight - 12) {
      const spare = Math.max(0, (innerHeight - free - box.height) / 3);
      scrollBy({ top: box.top - free - spare, behavior: motion() });
    }
  }

  function choose(item, focus) {
    for (const old of all(".item.chosen")) {
      old.classList.remove("chosen");
      old.querySelector(".choose")?.removeAttribute("aria-current");
    }
    for (const mark of all("mark.on")) mark.classList.remove("on");
    chosen = item ? item.id : null;
    if (!item) return;
    item.classList.add("chosen");
    const link = item.querySelector(".choose");
    link?.setAttribute("aria-current", "true");
    if (focus) link?.focus({ preventScroll: true });
    const wanted = new Set((item.dataset.quotes || "").split(" ").filter(Boolean));
    const marks = all("mark[data-q]").filter((m) => m.dataset.q.split(" ").some((q) => wanted.has(q)));
    for (const mark of marks) mark.classList.add("on");
    if (marks.length) show(marks[0]);
    keepInSight(item);
  }

  function move(by) {
    const items = all(".statement.item");
    if (!items.length) return;
    const at = items.findIndex((item) => item.id === chosen);
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : at + by;
    choose(items[Math.min(Math.max(next, 0), items.length - 1)], true);
  }

  function moveRow(by) {
    const links = all(".rows .open");
    const at = links.indexOf(document.activeElement);
    links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  }

  function edit() {
    const form = byId(chosen || "")?.querySelector("details.edit");
    if (!form) return;
    form.open = true;
    form.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  }

  function close(from) {
    const around = from.closest("dialog, details");
    if (!around) return;
    if (around.tagName === "DIALOG") around.close();
    else {
      around.open = false;
      around.closest(".item")?.querySelector(".choose")?.focus({ preventScroll: true });
    }
  }

  // Letters are keys until they are turned off: dictation would approve by saying "a".
  const keysAreOff = () => localStorage.getItem("keys") === "off";

  function leave(form, pressed) {
    const node = document.activeElement === document.body ? pressed : document.activeElement;
    if (!node) return;
    const around = [];
    for (let at = node.parentElement; at && at.id !== "content"; at = at.parentElement) {
      const id = at.id || at.getAttribute("aria-labelledby");
      if (id) around.push(id);
    }
    left = { form, node, words: node.textContent, around };
  }

  // Where the focus was, else the nearest element left: a key pressed twice must not press the
  // button that took the place of the first.
  function returnFocus() {
    const { node, words, around } = left ?? {};
    left = null;
    const now = document.activeElement;
    if (!node || (now && now !== document.body && now.checkVisibility())) return;
    const rests = node.isConnected && node.checkVisibility() && node.textContent === words;
    const box = around.map(byId).find((one) => one?.checkVisibility()) ?? byId("content");
    const place = rests
      ? node
      : box.querySelector("[data-arrive]") ?? box.querySelector(".choose, summary, h1, h2, h3") ?? box;
    if (!place.matches("a, button, input, select, textarea, summary")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  }

  const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]");

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    const opener = on("[data-opens]");
    if (opener) byId(opener.dataset.opens)?.showModal();
    else if (on("[data-close]")) close(event.target);
    else if (on("[data-dismiss]")) on("[data-dismiss]").parentElement.remove();
    else if (on("[data-fill]")) {
      const field = byId(on("[data-fill]").dataset.fill);
      field.value = on("[data-fill]").textContent;
      field.focus();
    } else if (event.target.tagName === "DIALOG") event.target.close(); // its backdrop
    else if (on("a.choose, a[data-choose]")) {
      const link = on("a.choose, a[data-choose]");
      event.preventDefault();
      choose(link.dataset.choose ? byId(link.dataset.choose) : link.closest(".item"), true);
    } else if (on("a.to-source")) {
      const anchor = byId(on("a.to-source").hash.slice(1));
      choose(event.target.closest(".item"));
      if (!anchor || !beside.matches) return; // the link itself goes there
      event.preventDefault();
      show(anchor.parentElement);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && event.target.closest?.("details.edit, details.add")) {
      close(event.target);
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]") || keysAreOff()) return;
    const inSource = event.target.closest?.("#source");
    const arrows = { ArrowDown: 1, ArrowUp: -1 };
    const by = { j: 1, k: -1, ...(inSource || !byId("case") ? {} : arrows) }[event.key];
    if (by) (byId("case") ? move : moveRow)(by);
    else if (event.key === "e") edit();
    else if (event.key === "/" && byId("q")) byId("q").focus();
    else if (event.repeat) return; // held down
    else {
      const action = all("[data-key]").find((node) => node.dataset.key === event.key && node.checkVisibility());
      if (!action) return;
      action.click();
    }
    event.preventDefault();
  });

  // What is selected in the source becomes the quote of the form that is open.
  document.addEventListener("pointerup", (event) => {
    if (!event.target.closest?.("#source")) return;
    setTimeout(() => {
      const made = getSelection();
      const words = byId("source").contains(made.anchorNode) ? made.toString().trim() : "";
      const field = all("details[open] [data-quote-field]").pop();
      if (field && words) field.value = words;
    });
  });

  // A modal dialog that a swap removes would leave the page inert, and an open one hides the answer.
  document.addEventListener("htmx:before:swap", () => {
    for (const dialog of all("dialog[open]")) dialog.close();
  });
  document.addEventListener("htmx:after:swap", () => {
    const item = byId(chosen || "");
    if (byId("case") && item) choose(item);
    for (const notice of all(".notice.good")) setTimeout(() => {
      if (!notice.matches(":hover, :focus-within")) notice.remove();
    }, 6000);
  });
  // The desk was closed or killed: without a notice a decision would be lost silently.
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail?.ctx || event.detail.ctx.response || byId("away")) return;
    const notice = document.createElement("p");
    notice.id = "away";
    notice.className = "notice bad";
    notice.textContent =
      "The desk does not answer: this page may be out of date, and nothing is saved. " +
      "Is casebook still running?";
    byId("notice").replaceChildren(notice);
  });
  document.addEventListener("htmx:after:request", (event) => {
    byId("away")?.remove();
    const form = event.target.closest?.("form");
    if (left && left.form === form) left.answered = true;
    if (!form || !event.detail?.ctx?.response?.raw?.ok) return;
    for (const refusal of all(".notice.bad")) refusal.remove(); // of an earlier try
    if (form.matches("[data-reset]")) form.reset();
  });
  document.addEventListener("submit", (event) => leave(event.target, event.submitter), true);
  document.addEventListener("htmx:finally:request", (event) => {
    // A form that was swapped away has another element in its place by now.
    if (left?.answered || (left && left.form === event.detail?.ctx?.sourceElement)) setTimeout(returnFocus);
  });

  // On a phone rows of links scroll sideways, and the current one may be outside.
  for (const here of all("[aria-current=page]")) {
    const row = here.parentElement;
    row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
  }

  const keys = byId("keys-on");
  if (keys) {
    keys.checked = !keysAreOff();
    keys.addEventListener("change", () => localStorage.setItem("keys", keys.checked ? "on" : "off"));
  }
})();
