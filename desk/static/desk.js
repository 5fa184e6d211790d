// Shared by all pages: keys, dialogs, notices, focus after an action, and server events.
// The desk works without scripts: actions are forms, filters are links.
"use strict";

const desk = (() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const motion = () => (calm.matches ? "auto" : "smooth");
  const typing = (node) => node.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const keys = {}; // a page's handlers by key; otherwise the element with that data-key is clicked
  const afterSwap = []; // a page's handlers after htmx swaps
  let left = null; // the focused element when a form was sent; its button is disabled and swapped
  let went = false; // g was pressed: the next key names a page

  document.documentElement.classList.add("js");

  // Shortcuts can be turned off: dictating "a" would approve.
  const keysAreOff = () => localStorage.getItem("keys") === "off";

  function close(event) {
    const around = event.target.closest("dialog, details, .work");
    if (!around) return; // a form on a separate page: the link leads to the case
    event.preventDefault();
    if (around.tagName === "DIALOG") around.close();
    else if (around.tagName === "DETAILS") around.open = false;
    else around.replaceChildren();
    around.closest(".item")?.querySelector(".choose")?.focus({ preventScroll: true });
  }

  function leave(form, pressed) {
    const node = document.activeElement === document.body ? pressed : document.activeElement;
    if (!node) return;
    const around = [];
    for (let at = node.parentElement; at && at.id !== "content"; at = at.parentElement) {
      const id = at.id || at.getAttribute("aria-labelledby");
      if (id && !at.matches(".work")) around.push(id);
    }
    left = { form, node, words: node.textContent, around };
  }

  // Focus the former element or the nearest remaining one: a second key press must not hit the
  // button that replaced the first.
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

  let newer = null; // a notice made while a request was underway: its answer does not replace it

  function notice(words, kind = "good") {
    const line = document.createElement("p");
    line.className = `notice ${kind}`;
    line.textContent = words;
    byId("notice").replaceChildren(line);
    newer = kind === "good" && underway.size && !underway.has(document) ? line : null;
    if (kind === "good") fade(line);
    return line;
  }

  function fade(line) {
    setTimeout(() => {
      if (!line.matches(":hover, :focus-within")) line.remove();
    }, 6000);
  }

  // Ignore the second click of a double click: another button may be in its place by then.
  // Browsers also count quick taps on two buttons as one; these are further apart.
  const NEAR = 24; // px
  let last = { x: 0, y: 0 };
  document.addEventListener("click", (event) => {
    const isNear = Math.hypot(event.clientX - last.x, event.clientY - last.y) < NEAR;
    last = { x: event.clientX, y: event.clientY };
    if (event.detail > 1 && isNear && event.target.closest?.("[type=submit]")) event.preventDefault();
  }, true);

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    if (on("[data-close]")) close(event);
    else if (on("[data-bookmarklet]")) {
      event.preventDefault(); // it only works on other sites
      notice("Drag this button to your bookmarks bar, then click it there on the page to submit.");
    }
    else if (on("[data-dismiss]")) on(".notice").remove();
    else if (event.target.tagName === "DIALOG") event.target.close(); // its backdrop
    for (const chip of all("details.chip[open]")) if (!chip.contains(event.target)) chip.open = false;
  });

  // Hold keys until htmx is ready or the answer has arrived: they are meant for that page.
  const underway = new Set([document]);
  const held = [];
  let leaving = false;
  function replay() {
    for (const key of underway.size ? [] : held.splice(0)) {
      const at = document.activeElement ?? document.body;
      if (typing(at)) document.execCommand("insertText", false, key.length === 1 ? key : "");
      else if (key === "Enter") at.click();
      else at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
  }
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.closest("#case")) underway.add(ctx);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!ctx.response.raw.ok) held.length = 0;
    if (ctx.hx.redirect) leaving = true;
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    if (underway.delete(ctx)) setTimeout(replay);
  });
  document.addEventListener("DOMContentLoaded", () => setTimeout(() => {
    underway.delete(document); // htmx set its own timeout earlier and is done
    replay();
  }));
  addEventListener("pageshow", () => (leaving = false));

  // Plays the seconds of a quote; pressed again, it stops.
  const sound = new Audio();
  let until = 0;
  sound.addEventListener("timeupdate", () => sound.currentTime >= until && sound.pause());
  sound.addEventListener("error", () => notice("The sound cannot be played here; open the source.", "bad"));
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-listen]");
    if (!button) return;
    const { listen: address, from } = button.dataset;
    if (!sound.paused && sound.dataset.from === from) return sound.pause();
    if (!sound.src.endsWith(address)) sound.src = address;
    sound.dataset.from = from;
    until = Number(button.dataset.until);
    sound.currentTime = Number(from);
    sound.play().catch(() => {}); // the error event tells
  });

  document.addEventListener("keydown", (event) => {
    const field = typing(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field?.form?.requestSubmit();
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    // Moving needs no answer: results are shown at once.
    const moves = /^([jkdD]|Arrow.*)$/.test(event.key) && !underway.has(document);
    const waits = (underway.size && !moves) || leaving || (held.length && event.isTrusted);
    if (waits && !field && !keysAreOff() && /^(.|Enter|Arrow.*)$/.test(event.key)) {
      if (!leaving) held.push(event.key);
      event.preventDefault();
      return;
    }
    if (event.key === "Escape" && event.target.closest?.(".work, details.add, details.chip")) {
      close(event);
      return;
    }
    if (field || keysAreOff()) return;
    const dialog = document.querySelector("dialog[open]");
    const pages = { q: "/", s: "/submit", b: "/batches", t: "/tags", y: "/systems", p: "/publish", i: "/insight", m: "/inbox" };
    if (went && !dialog) {
      went = false;
      if (pages[event.key]) location.assign(pages[event.key]);
    } else if (!dialog && event.key === "g") went = true;
    else if (!dialog && keys[event.key]?.(event)) { /* done by the page */ }
    else if (event.repeat) return; // held down
    else {
      const action = all("[data-key]", dialog ?? document).find(
        (node) => node.dataset.key === event.key && (dialog || !node.closest("dialog")) && node.checkVisibility(),
      );
      if (action) action.click();
      else if (event.key === "?" && !dialog) byId("keys")?.showModal();
      else return;
    }
    event.preventDefault();
  });

  // Removing a modal dialog would leave the page inert, and an open one hides the answer.
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    for (const dialog of all("dialog[open]")) if (!dialog.contains(ctx.target)) dialog.close();
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    for (const done of afterSwap) done(ctx);
    if (newer && byId("notice").querySelector(".good")) byId("notice").replaceChildren(newer);
    newer = null;
    for (const good of all(".notice.good")) fade(good);
  });
  // The desk has stopped: without a notice a decision would be lost silently.
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail?.ctx || event.detail.ctx.response || byId("away")) return;
    notice(
      "The desk does not respond: this page may be out of date, and changes are not saved. " +
        "Is casebook still running?",
      "bad",
    ).id = "away";
  });
  document.addEventListener("htmx:after:request", (event) => {
    byId("away")?.remove();
    const form = event.target.closest?.("form");
    if (left && left.form === form) left.answered = true;
    if (!form || !event.detail?.ctx?.response?.raw?.ok) return;
    for (const refusal of all(".notice.bad")) refusal.remove(); // from an earlier attempt
    if (form.matches("[data-reset]")) form.reset();
  });
  document.addEventListener("submit", (event) => leave(event.target, event.submitter), true);
  document.addEventListener("htmx:finally:request", (event) => {
    // A swapped-out form has been replaced by now.
    if (left?.answered || (left && left.form === event.detail?.ctx?.sourceElement)) setTimeout(returnFocus);
  });

  // On a phone, rows of links scroll sideways; show the current one.
  for (const here of all("[aria-current=page]")) {
    const row = here.parentElement;
    row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
  }

  document.addEventListener("change", (event) => {
    if (event.target.id === "keys-on") localStorage.setItem("keys", event.target.checked ? "on" : "off");
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.id === "keys") byId("keys-on").checked = !keysAreOff();
  }, true);

  // Support buttons with commands in browsers without invoker commands.
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.("[commandfor]");
      if (!button) return;
      const dialog = byId(button.getAttribute("commandfor"));
      if (button.getAttribute("command") === "close") dialog?.close();
      else dialog?.showModal();
    });
  }

  // Server events: one stream, closed while the page is hidden.
  function listen(address, handlers) {
    let stream = null;
    let over = false;
    const open = () => {
      if (stream || over || document.hidden) return;
      stream = new EventSource(address);
      const unread = (number) => Object.assign(byId("unread"), { textContent: number, hidden: !number });
      for (const [name, handle] of Object.entries({ inbox: unread, ...handlers })) {
        stream.addEventListener(name, (event) => handle(JSON.parse(event.data)));
      }
      stream.addEventListener("end", shut);
    };
    const shut = () => {
      stream?.close();
      stream = null;
    };
    document.addEventListener("visibilitychange", () => (document.hidden ? shut() : open()));
    addEventListener("pagehide", shut);
    addEventListener("pageshow", open);
    open();
    return () => {
      over = true;
      shut();
    };
  }

  const isBusy = () => underway.size > 0 || leaving;

  return { isBusy, byId, all, motion, typing, keys, afterSwap, notice, listen, close };
})();
