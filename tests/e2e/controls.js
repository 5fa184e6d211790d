// Finds the controls of a page and sees what a click on one does. Changes are recorded and answered
// with nothing, links are recorded and not followed: one page serves for all of its controls.
"use strict";

(() => {
  const CONTROLS = "a[href], button, summary, input:not([type=hidden]), select, textarea, label:has(input)";
  const FIELDS = "input, select, textarea, label";
  const IDS = /[a-z]+1_\w+|\d+|[0-9a-f]{32}/g;
  const kinds = new WeakMap();
  const checked = new WeakSet();
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  let effects = [];
  let pending = 0;
  const kept = {}; // answers, for the same click again

  // Taps at one place are many acts here, not double clicks.
  Object.defineProperty(UIEvent.prototype, "detail", { get: () => 1 });

  const send = window.fetch;
  window.fetch = async (address, options) => {
    const method = options?.method ?? "GET";
    effects.push(`${method} ${address}`);
    if (method !== "GET") return new Response(null, { status: 204 });
    pending += 1;
    kept[address] ??= await send(address, options).then((answer) => answer.text());
    pending -= 1;
    return new Response(kept[address], { headers: { "content-type": "text/html" } });
  };

  addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (event.target.matches("[type=file]")) event.preventDefault();
    if (!link || event.defaultPrevented) return;
    const inPage = link.getAttribute("href").startsWith("#");
    if (!inPage || document.getElementById(link.hash.slice(1))) effects.push(`to ${link.href}`);
    if (!inPage) event.preventDefault();
  });
  addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    effects.push(`form ${event.target.action}`);
    event.preventDefault();
  });
  addEventListener("invalid", () => effects.push("asks for a field"), true);
  addEventListener("input", () => effects.push("input"), true);
  addEventListener("focusin", ({ target }) => target.matches(FIELDS) && effects.push("focus"), true);
  const changes = new MutationObserver((list) => effects.push(...list.map((one) => one.type)));
  const observe = () =>
    changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  const root = () => document.querySelector("dialog[open]") ?? document;
  const visible = (node) => {
    if (node.closest("[hx-trigger=revealed]")) return false; // more rows, which scrolling loads
    if (node.disabled || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const box = node.getBoundingClientRect();
    return box.width > 2 && box.height > 2 && box.bottom + scrollY > 0; // else for screen readers alone
  };
  const controls = () => [...root().querySelectorAll(CONTROLS)];

  // The role in the template of its page: what is around, and what a button says.
  function kind(node) {
    if (kinds.has(node)) return kinds.get(node);
    const page = node.closest("header.site, #keys") ? "" : location.pathname.replace(IDS, "*");
    const path = [];
    for (let at = node; path.length < 5 && at !== document.body; at = at.parentElement) {
      path.unshift(`${at.localName}${at.classList.length ? `.${at.classList[0]}` : ""}`);
    }
    const words = node.matches("button, summary") ? node.textContent.trim().split(/[:\d]/)[0].slice(0, 30) : "";
    const action = (node.form?.getAttribute("action") ?? "").split("?")[0];
    const more = [node.type, node.dataset.key, action, words].map((one) => (one ?? "").replace(IDS, "*"));
    kinds.set(node, [page, path.join(" > "), ...more].join(" | "));
    return kinds.get(node);
  }

  // The middle of what is seen of it: of a link over several lines, of its longest one.
  function middle(node) {
    node.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const [box] = [...node.getClientRects()].sort((a, b) => b.width * b.height - a.width * a.height);
    return [box.left + box.width / 2, box.top + box.height / 2];
  }

  function covered(node) {
    const [x, y] = middle(node);
    const hit = document.elementFromPoint(x, y);
    if (hit && (node.contains(hit) || hit.closest("label")?.control === node)) return null;
    return `${node.outerHTML.slice(0, 160)} is covered by ${hit?.outerHTML.slice(0, 160) ?? "nothing: it is out of reach"}`;
  }

  const probe = {
    ready: () => document.readyState === "complete",

    async begin(script) {
      setup = script;
      observe();
      await reset();
    },

    // What is covered among the controls that were not looked at yet, and their kinds.
    scan() {
      const fresh = controls().filter((node) => !checked.has(node) && visible(node));
      const hidden = fresh.map((node) => (checked.add(node), covered(node))).filter(Boolean);
      return { covered: hidden, kinds: [...new Set(fresh.map(kind))], count: fresh.length };
    },

    // Opens all that can be unfolded at once, to look at it.
    async unfold() {
      for (const one of document.querySelectorAll("details:not([name])")) opened.add(one);
      await reset();
    },

    // Where to click for a control of this kind, after the clicks on others that lead to it.
    // They are made again if it is not there: an answer that comes late closes an open dialog.
    async aim(wanted, way) {
      let node;
      for (let tries = 0; !node && tries < 3; tries += 1) {
        await reset();
        for (const before of way) {
          (await shown(before))?.click();
          await probe.effects();
        }
        node = await shown(wanted);
      }
      document.activeElement?.blur();
      changes.takeRecords();
      effects = [];
      return node ? middle(node) : null;
    },

    async effects() {
      for (const ms of [0, 0, 10, 50, 200, 1000, 2000]) {
        await wait(ms);
        if (effects.length) break;
      }
      while (pending || document.querySelector(".htmx-request")) await wait(5);
      return effects;
    },
  };

  // The first control of this kind; what a click opens can take a moment on a busy machine.
  async function shown(wanted) {
    for (let tries = 0; ; tries += 1) {
      const node = controls().find((one) => kind(one) === wanted && visible(one));
      if (node || tries === 40) return node;
      await wait(50);
    }
  }

  // Makes the page as it was opened, as far as that can be had without loading it.
  async function reset() {
    for (const one of document.querySelectorAll("dialog[open]")) one.close();
    for (const one of document.querySelectorAll("details")) one.open = opened.has(one);
    for (const one of document.querySelectorAll(".work, .peek")) one.replaceChildren();
    for (const one of document.querySelectorAll(".chosen")) one.classList.remove("chosen");
    for (const one of document.querySelectorAll("#strip, #grab")) one.hidden = true;
    for (const one of document.querySelectorAll("input")) one.checked = one.defaultChecked;
    getSelection().removeAllRanges();
    history.replaceState(null, "", location.pathname + location.search);
    if (!setup) return;
    (0, eval)(setup);
    await wait(30);
  }

  let setup = ""; // a script that brings the page into another state
  let opened = null; // details that are open on the page as it comes
  addEventListener("DOMContentLoaded", () => {
    opened = new Set(document.querySelectorAll("details[open]"));
  });
  window.probe = probe;
})();
