// The page of a case. Choosing a part marks its quotes in the source; text selected in the source
// becomes a quote. Typed text is kept until it is saved.
"use strict";

(() => {
  const { byId, all, keys, motion, afterSwap, notice, listen } = desk;
  const beside = matchMedia("(min-width: 60rem)");
  const caseId = () => byId("case").dataset.case;
  const DOUBTFUL = ":is(.doubtful, .unjudged):not(.confirmed)";
  const REFUTED = ".refuted:not(.confirmed)";
  const isDoubtful = (item) => item.matches(`${DOUBTFUL}, ${REFUTED}`);
  const wordsOf = (item) => item.querySelector(".choose").textContent;
  const keyOf = (item) => (item.matches(".statement") ? wordsOf(item) : item.id);

  // Every part that the page has had, in its order. A dropped part keeps its place, without an id.
  let order = [];
  let chosen = null; // the chosen part: one of those
  const chosenItem = () => byId(chosen?.id ?? "");
  const partOf = (item) => order.find((part) => part.id === item?.id);

  // Dropping a statement renumbers the others: identify a part by its text, then by its id.
  function track(list) {
    const parts = new Map();
    const gone = new Set(order);
    const ways = [
      (part, item) => part.id === item.id && part.key === keyOf(item),
      (part, item) => part.key === keyOf(item),
      (part, item) => part.id === item.id,
    ];
    for (const fits of ways) {
      for (const item of list.filter((one) => !parts.has(one))) {
        const part = order.find((one) => gone.has(one) && fits(one, item));
        if (part && gone.delete(part)) parts.set(item, part);
      }
    }
    const former = order;
    order = list.map((item) => {
      const part = parts.get(item) ?? { doubt: false };
      return Object.assign(part, { id: item.id, key: keyOf(item), doubt: part.doubt || isDoubtful(item) });
    });
    for (const part of gone) {
      part.id = null;
      order.splice(order.indexOf(former[former.indexOf(part) - 1]) + 1, 0, part);
    }
  }

  /* Choosing */

  function show(mark) {
    const source = byId("source");
    if (!beside.matches || !source) return;
    // Only the source scrolls: scrollIntoView would move the draft as well.
    const top = mark.getBoundingClientRect().top - source.getBoundingClientRect().top;
    source.scrollTo({ top: source.scrollTop + top - source.clientHeight / 3, behavior: motion() });
  }

  function keepInSight(item) {
    const free = (document.querySelector(".toolbar")?.getBoundingClientRect().bottom ?? 0) + 12;
    const box = item.getBoundingClientRect();
    if (box.top < free || box.bottom > innerHeight - 12) {
      const spare = Math.max(0, (innerHeight - free - box.height) / 3);
      scrollBy({ top: box.top - free - spare, behavior: motion() });
    }
  }

  const items = () => all(".item").filter((item) => item.checkVisibility());

  function moveStrip(item) {
    const strip = byId("strip");
    if (!strip) return;
    strip.hidden = !item;
    if (!item) return;
    strip.elements.part.value = byId("move").elements.part.value = item.id;
    for (const one of all("[data-statement]", strip)) one.hidden = !item.matches(".statement");
    strip.querySelector("[value=confirm]").hidden = !item.matches(DOUBTFUL);
    strip.querySelector("[data-overrule]").hidden = !item.matches(REFUTED);
    item.querySelector(".work").before(strip);
  }

  function choose(item, focus, still) {
    for (const old of all(".item.chosen")) {
      old.classList.remove("chosen");
      old.querySelector(".choose")?.removeAttribute("aria-current");
    }
    for (const mark of all("mark.on")) mark.classList.remove("on");
    chosen = partOf(item) ?? null;
    moveStrip(item);
    if (!item) return;
    item.classList.add("chosen");
    const link = item.querySelector(".choose");
    link?.setAttribute("aria-current", "true");
    if (focus) link?.focus({ preventScroll: true });
    const wanted = new Set((item.dataset.quotes || "").split(" ").filter(Boolean));
    const marks = all("mark[data-q]").filter((m) => m.dataset.q.split(" ").some((q) => wanted.has(q)));
    for (const mark of marks) mark.classList.add("on");
    if (still) return;
    if (marks.length) show(marks[0]);
    keepInSight(item);
  }

  function step(by, parts) {
    const at = order.indexOf(chosen);
    return by > 0
      ? parts.find((part) => order.indexOf(part) > at)
      : parts.findLast((part) => at < 0 || order.indexOf(part) < at);
  }

  function move(by) {
    const next = step(by, items().map(partOf));
    if (next) choose(byId(next.id), true);
    return true;
  }

  function moveToDoubt(by) {
    const doubts = order.filter((part) => part.doubt);
    const open = doubts.filter((part) => part.id && isDoubtful(byId(part.id)));
    const next = step(by, open) ?? open.at(by > 0 ? 0 : -1);
    if (next) choose(byId(next.id), true);
    notice(next ? `Doubt ${doubts.indexOf(next) + 1} of ${doubts.length}` : "No doubtful parts.");
    return true;
  }

  const inSource = () => document.activeElement?.closest?.("#source");
  keys.j = () => move(1);
  keys.k = () => move(-1);
  keys.ArrowDown = (event) => (inSource() ? read(1, event.shiftKey) : move(1));
  keys.ArrowUp = (event) => (inSource() ? read(-1, event.shiftKey) : move(-1));
  keys.d = () => moveToDoubt(1);
  keys.D = () => moveToDoubt(-1);
  keys.e = () => (chosenItem()?.querySelector("a.edit")?.click(), true);
  // Load the forms of a part, then open and focus the one with a class.
  function openForm(item, name) {
    afterLoad = () => {
      const form = item.querySelector(name);
      if (form.matches("details")) form.open = true;
      form.querySelector("textarea, select").focus();
    };
    item.querySelector("a.edit").click();
    return true;
  }
  keys.m = () => {
    const item = chosenItem();
    return item?.matches(".statement") ? openForm(item, ".rearranging") : false;
  };
  keys.c = () => {
    const item = chosenItem();
    if (item) return openForm(item, ".remarking");
    byId("comment").open = true;
    byId("comment-text").focus();
    return true;
  };
  for (const [key, id] of [["+", "add"], ["t", "add-tag"]]) {
    keys[key] = () => {
      if (!byId("grab").hidden && key === "+") return grabNew(), true;
      byId(id).open = true;
      byId(id).querySelector("select, textarea, input:not([type=hidden])").focus();
      return true;
    };
  }
  keys.s = () => {
    byId("pane-source").checked = true;
    byId("source").focus();
    read(0, false);
    return true;
  };
  keys.Enter = (event) => {
    if (byId("grab").hidden || event.target.closest?.("a, button, summary")) return false;
    byId("grab-add").click();
    return true;
  };
  keys.Escape = () => (inSource() && chosenItem() ? (choose(chosenItem(), true), true) : false);

  // A conflict was resolved: close the form with the other text.
  function settle(inside) {
    const part = inside.closest(".clash")?.dataset.part;
    for (const open of part ? all(`#w-${CSS.escape(part)} .part-forms`) : []) {
      for (const form of all("form", open)) forget(form);
      open.remove();
    }
  }

  /* Swaps: after an action here, or because others changed the case */

  let afterLoad = null;
  let forms = []; // the open forms of statements, with the part of each
  let opened = [];

  document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
    forms = all(".statement .part-forms").map((form) => [form, partOf(form.closest(".item"))]);
    opened = all("#case details[open]");
    for (const { fragment } of tasks) if (fragment.querySelector("#case")) track(all(".item", fragment));
  });

  function keepForms() {
    for (const [form, part] of forms) {
      const focused = document.activeElement;
      const place = byId(part.id ?? "");
      const typed = form.querySelector("[data-save]");
      if (place) place.querySelector(".work").append(form);
      else if (form.remove(), typed.value !== typed.defaultValue) {
        notice(`The statement that you were editing was dropped. You had typed: ${typed.value}`, "bad");
      }
      if (place && form.contains(focused)) focused.focus({ preventScroll: true });
    }
  }

  afterSwap.push((ctx) => {
    if (ctx.target.matches?.(".work")) {
      restoreTyped();
      if (afterLoad) afterLoad();
      else ctx.target.querySelector("form:not(.overrule) :is(textarea, select, input:not([type=hidden]))")?.focus();
      afterLoad = null;
    } else if (ctx.target.id === "case") {
      keepForms();
      if (ctx.request.method === "GET") for (const one of opened) one.open = true; // others' changes
      if (chosenItem()) choose(chosenItem(), false, ctx.request.method === "GET");
      else moveStrip(null); // the chosen part was dropped: the keys continue from its place
      restoreTyped();
    }
  });
  document.addEventListener("htmx:after:request", (event) => {
    const form = event.target.closest?.("form");
    if (!form || !event.detail?.ctx?.response?.raw?.ok) return;
    forget(form);
    settle(form);
    form.closest(".work")?.replaceChildren();
  });

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    if (on("a.choose, a[data-choose]")) {
      const link = on("a.choose, a[data-choose]");
      event.preventDefault();
      choose(link.dataset.choose ? byId(link.dataset.choose) : link.closest(".item"), true);
    } else if (on("a.to-source")) {
      const anchor = byId(on("a.to-source").hash.slice(1));
      choose(event.target.closest(".item"));
      byId("pane-source").checked = true;
      if (!anchor || !beside.matches) return; // the link itself scrolls there
      event.preventDefault();
      show(anchor.parentElement);
    } else if (on("a.edit")) choose(on(".item"));
    else if (on("[data-edit]")) keys.e();
    else if (on("[data-remark]")) keys.c();
    else if (on("[data-rearrange]")) keys.m();
    else if (on("[data-overrule]")) {
      event.preventDefault();
      choose(on(".item"));
      openForm(on(".item"), ".overrule");
    }
    else if (on("#grab-new")) grabNew();
    else if (on(".clash [data-dismiss]")) settle(event.target);
    else if (on("form [data-close]")) forget(on("form")); // cancelled
    else if (on("#source .passage") && getSelection().isCollapsed) restingOn(on("mark[data-q]") ?? on(".passage"));
  });

  // On a phone the draft and the source are two tabs of one page.
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "pane") return;
    const place = target.id === "pane-draft" ? chosenItem() : document.querySelector("#source mark.on");
    place?.scrollIntoView({ block: "center" });
  });

  // Choose the first part that cites a passage or quote, and mark the others.
  function restingOn(place) {
    const quotes = new Set(
      [place, ...all("mark[data-q]", place)].flatMap((m) => m.dataset.q?.split(" ") ?? []),
    );
    const resting = items().filter((item) => (item.dataset.quotes ?? "").split(" ").some((q) => quotes.has(q)));
    for (const item of all(".item.resting")) item.classList.remove("resting");
    for (const item of resting) item.classList.add("resting");
    if (!resting.length) return;
    const next = resting[(resting.indexOf(chosenItem()) + 1) % resting.length];
    const top = byId("source").scrollTop;
    choose(next);
    byId("source").scrollTo({ top });
    if (resting.length > 1) notice(`${resting.length} parts cite this; click again for the next.`);
  }

  /* Evidence: the selection in the source */

  function selectedWords() {
    const made = getSelection();
    if (made.isCollapsed || !byId("source").contains(made.anchorNode)) return "";
    return made.toString().split("\n").map((line) => line.trim()).filter(Boolean).join("\n");
  }

  document.addEventListener("selectionchange", () => {
    const grab = byId("grab");
    if (!grab) return;
    const words = selectedWords();
    const field = all(".work [data-quote-field], details[open] [data-quote-field]").pop();
    if (field && words) field.value = words;
    grab.hidden = !words || Boolean(field);
    grab.elements.quote.value = words;
    grab.elements.part.value = chosen?.id ?? "";
    grab.querySelector(".words").textContent = words.length > 140 ? `${words.slice(0, 140)}…` : words;
    byId("grab-add").hidden = !chosenItem();
  });

  function grabNew() {
    const words = byId("grab").elements.quote.value;
    byId("pane-draft").checked = true;
    byId("add").open = true;
    byId("add-quote").value = words;
    byId("add-text").focus();
  }

  // By key: one sentence at a time; Shift extends the selection.
  let sentences = [];
  let at = -1;
  let anchor = -1;

  function allSentences() {
    if (sentences.length && sentences[0].startContainer.isConnected) return sentences;
    sentences = [];
    const splitter = new Intl.Segmenter(undefined, { granularity: "sentence" });
    for (const words of all("#source .passage > p")) {
      const nodes = [];
      const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(), start = 0; node; start += node.length, node = walker.nextNode()) {
        nodes.push({ node, start });
      }
      const place = (offset) => {
        const found = nodes.findLast(({ start }) => start <= offset) ?? nodes[0];
        return [found.node, Math.min(offset - found.start, found.node.length)];
      };
      for (const { segment, index } of splitter.segment(words.textContent)) {
        const range = document.createRange();
        range.setStart(...place(index));
        range.setEnd(...place(index + segment.trimEnd().length));
        sentences.push(range);
      }
    }
    return sentences;
  }

  function read(by, extends_) {
    const list = allSentences();
    if (!list.length) return true;
    if (at < 0 || !by) {
      const marked = document.querySelector("#source mark.on");
      at = Math.max(0, marked ? list.findIndex((range) => range.intersectsNode(marked)) : 0);
    } else at = Math.min(Math.max(at + by, 0), list.length - 1);
    if (!extends_ || anchor < 0) anchor = at;
    const [first, last] = [Math.min(anchor, at), Math.max(anchor, at)];
    getSelection().setBaseAndExtent(
      list[first].startContainer, list[first].startOffset, list[last].endContainer, list[last].endOffset,
    );
    const box = list[at].getBoundingClientRect();
    const source = byId("source").getBoundingClientRect();
    if (box.top < source.top + 40 || box.bottom > source.bottom - 40) {
      byId("source").scrollBy({ top: box.top - source.top - source.height / 3, behavior: motion() });
    }
    return true;
  }

  // A statement is one paragraph: Enter saves it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !event.target.matches(".in-place")) return;
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) event.target.form.requestSubmit(); // those save in every form
  });

  /* Typed text, kept in this browser until it is saved */

  function savedAs(field) {
    const form = field.closest("form");
    const of = field.closest(".part-forms")?.dataset.of ?? form.querySelector("[name=action]")?.value ?? "";
    return `typed ${caseId()} ${of.slice(0, 200)} ${form.elements.decision.value} ${field.name}`;
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-save]")) localStorage.setItem(savedAs(event.target), event.target.value);
  });

  function forget(form) {
    for (const field of all("[data-save]", form)) localStorage.removeItem(savedAs(field));
  }

  function restoreTyped() {
    for (const field of all("[data-save]")) {
      const kept = localStorage.getItem(savedAs(field));
      if (kept === null || kept === field.value) continue;
      field.value = kept;
      const hint = document.createElement("p");
      hint.className = "hint";
      hint.textContent = "Your unsaved text was restored.";
      field.after(hint);
      const around = field.closest("details");
      if (around) around.open = true;
    }
  }

  /* Other people on the same case */

  listen(`/events?case=${encodeURIComponent(caseId())}`, {
    people(names) {
      const mine = document.querySelector(".curator").dataset.name;
      const others = names.filter((name) => name !== mine);
      byId("people").textContent = others.length ? `${others.join(", ")} ${others.length > 1 ? "are" : "is"} here too` : "";
    },
    async case() {
      while (desk.isBusy()) await new Promise((done) => setTimeout(done, 100)); // its answer has the change
      const answer = await fetch(`/cases/${caseId()}/state`).catch(() => null);
      if (!answer?.ok) return;
      const now = await answer.json();
      const held = byId("case").dataset;
      const isSame = now.revision === held.revision && now.status === held.status;
      if (now.changes < held.changes || (isSame && now.changes === Number(held.changes))) return;
      htmx.ajax("GET", location.pathname, { target: "#case", swap: "outerMorph" });
      notice(`${now.who ?? "You"} changed this case just now${now.who ? "" : " in another window"}.`);
    },
  });

  track(all(".item"));
  restoreTyped();
  const named = byId(location.hash.slice(1));
  if (named?.matches(".item")) choose(named);
})();
