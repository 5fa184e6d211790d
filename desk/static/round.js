// A round: one card at a time. A decision shows its result at once and is sent in the background;
// if the desk refuses it, the card comes back with the message and with what was typed.
"use strict";

(() => {
  const { byId, all, keys, notice, listen, typing } = desk;
  const round = byId("round");
  const deck = byId("cards");
  const me = document.querySelector(".curator").dataset.name;
  const fragment = { "HX-Request": "true" };
  const done = {
    confirm: "Confirmed.", drop: "Dropped.", set_fact: "Saved.", set_statement: "Saved.",
    add_quote: "Quote added.", approve: "Approved.", reject: "Rejected.", comment: "Comment added.",
  };
  const waiting = []; // decisions that are being sent, in order
  const past = []; // the ids of decided cards, for undo
  const moved = new Map(); // a revision, and the one that a decision here made of it
  const readAt = new Map(); // by draft: when its cards were read, in milliseconds of this page
  const OLD = 10_000;
  const shown = () => deck.querySelector(".round-card:not([hidden])");
  const isOpen = (card) => card.dataset.state === "open";
  const sectionOf = (id) => deck.querySelector(`[data-draft="${CSS.escape(id.split(":")[0])}"]`);
  const isTyped = (card) => card.querySelector(".act[open]") !== null;

  /* Moving */

  function show(card) {
    for (const other of all(".round-card:not([hidden])", deck)) other.hidden = true;
    card.hidden = false;
    scrollTo({ top: 0 });
    card.querySelector("h2").focus({ preventScroll: true });
    history.replaceState(null, "", `${round.dataset.address}?at=${encodeURIComponent(card.id)}`);
    setTimeout(() => prepare(card));
  }

  // Cards that others settled are passed over with a word.
  async function advance(from, by = 1) {
    const list = all("[data-card], [data-waits]", deck);
    const at = list.findIndex((node) => node.id === from);
    const rest = by > 0 ? list.slice(at + 1) : list.slice(0, at).reverse();
    const passed = [];
    for (const node of rest) {
      if ("waits" in node.dataset) return (await load(node)) ? advance(from, by) : leave(from);
      if (isOpen(node)) {
        show(node);
        if (passed.length) notice(passed.join(" "), "news");
        return;
      }
      const { state, by: who, words } = node.dataset;
      if (state === "settled" && who && who !== me) passed.push(`${who} settled this meanwhile: “${words}”.`);
    }
    if (by > 0) leave(from);
  }

  // After the last card the desk knows what is left, and whether the round is done.
  async function leave(from) {
    byId("round-wait").hidden = false;
    if (await sent()) location.assign(`${round.dataset.address}?after=${encodeURIComponent(from)}`);
    byId("round-wait").hidden = true;
  }

  /* The cards of the next drafts */

  const loading = new Map();
  let answered = 0; // decisions: what was asked for before the last one is old
  function load(section) {
    const address = section.dataset.src;
    const key = `${answered} ${address}`;
    if (!loading.has(key)) loading.set(key, read(address, answered).finally(() => loading.delete(key)));
    return loading.get(key);
  }

  async function read(address, began) {
    const answer = await fetch(address, { headers: fragment }).catch(() => null);
    if (!answer?.ok) return false;
    const html = await answer.text();
    const section = all(".draft", deck).find((one) => one.dataset.src === address);
    if (began === answered || "waits" in section.dataset) replace(html);
    return true;
  }

  let followed = null;
  let stop = null;
  function prepare(card) {
    const section = card.closest(".draft");
    const later = all(".draft", deck);
    for (const next of later.slice(later.indexOf(section) + 1).slice(0, 4)) {
      if ("waits" in next.dataset) load(next);
    }
    if (followed === section.dataset.draft) return;
    stop?.();
    followed = section.dataset.draft;
    if (performance.now() - (readAt.get(followed) ?? 0) > OLD) refresh(followed);
    stop = listen(`/events?case=${encodeURIComponent(followed)}`, {
      async case(id) {
        const answer = await fetch(`/cases/${id}/state`).catch(() => null);
        const now = answer?.ok ? await answer.json() : null;
        if (now?.who && now.revision !== sectionOf(id).dataset.revision) refresh(id);
      },
    });
  }

  async function refresh(id) {
    const here = shown();
    await load(sectionOf(id));
    if (here && !here.isConnected && !shown()) advance(here.id);
  }

  // Put the new cards of a draft in place of the old ones, except those in use.
  function replace(html) {
    const found = new DOMParser().parseFromString(html, "text/html").querySelector(".draft");
    const old = sectionOf(found.dataset.draft);
    const focused = document.activeElement;
    for (const card of all("[data-card]", found)) {
      const before = old.querySelector(`[id="${CSS.escape(card.id)}"]`);
      if (!before) continue;
      const isSent = waiting.some((one) => one.id === card.id);
      if (isSent || (isOpen(card) && isOpen(before) && isTyped(before))) card.replaceWith(before);
      else if (isOpen(card)) card.hidden = before.hidden;
    }
    const wasShown = shown()?.closest(".draft") === old;
    old.replaceWith(document.adoptNode(found));
    readAt.set(found.dataset.draft, performance.now());
    htmx.process(found);
    for (const one of waiting) if (sectionOf(one.id) === found) settle(one.id);
    if (wasShown && shown() && !focused.isConnected) shown().querySelector("h2").focus({ preventScroll: true });
    if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
    return found;
  }

  // The look at a draft lists its open doubts: without them its approval leaves nothing out.
  function settle(id) {
    const section = sectionOf(id);
    section.querySelector(`[data-doubt="${CSS.escape(id)}"]`)?.remove();
    if (section.querySelector("[data-doubt]")) return;
    for (const node of all("[data-left]", section)) node.remove();
    const approve = section.querySelector("[data-approve]");
    if (approve) approve.dataset.key = "a";
  }

  /* Decisions: shown at once, sent one after the other */

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const card = form.closest("#cards [data-card]");
    if (!card) return;
    event.preventDefault();
    if (card.dataset.state === "sent") return; // still shown, because the next card is loading
    const data = new FormData(form, event.submitter);
    const job = { id: card.id, form, data, address: form.getAttribute("action") };
    const decision = data.get("decision");
    waiting.push(job);
    notice(done[data.get("action") ?? decision]);
    if (decision === "comment") {
      const remark = document.createElement("p");
      remark.className = "remark";
      remark.textContent = `${me}: ${data.get("text")}`;
      card.querySelector(".talk").append(remark);
      job.remark = remark;
      form.closest("details").open = false;
      card.querySelector("h2").focus({ preventScroll: true });
    } else {
      card.dataset.state = "sent";
      past.push(card.id);
      settle(card.id);
      advance(card.id);
    }
    if (!sending) send();
  });

  let idle = []; // who waits until everything is sent: all went well?
  let failed = false;
  let sending = false; // also while the card of a refused decision is read anew
  const sent = () => (sending ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve(true));

  async function send() {
    failed = false;
    sending = true;
    while (waiting.length) {
      const job = waiting[0];
      const before = sectionOf(job.id).dataset.revision; // its cards can be read anew meanwhile
      const answer = await post(job.address, job.data);
      waiting.shift();
      if (answer?.ok) {
        if (job.form.isConnected) job.form.reset();
        const now = replace(answer.html).dataset;
        if (now.parent === before) moved.set(before, now.revision);
        back(job.id);
      } else await refuse(job, answer);
    }
    sending = false;
    for (const resolve of idle.splice(0)) resolve(!failed);
  }

  async function post(address, data) {
    const to = new URL(address, location.href);
    // Decisions on a whole draft are about the revision that was seen, with the changes made here.
    for (let at = to.searchParams.get("expected_revision"); moved.has(at); at = moved.get(at)) {
      to.searchParams.set("expected_revision", moved.get(at));
    }
    const whole = data.get("decision") !== "edit";
    try {
      const body = new URLSearchParams(data);
      const answer = await fetch(whole ? to : address, { method: "POST", headers: fragment, body });
      answered += 1;
      return { ok: answer.status === 200, html: await answer.text() };
    } catch {
      return null;
    }
  }

  // A doubt that was edited can still be open: it is met again before the draft is decided.
  function back(id) {
    const look = shown();
    const card = byId(id);
    if (!card || !isOpen(card) || !look?.matches(".look") || look.closest(".draft") !== card.closest(".draft")) return;
    if (!card.matches(".unjudged")) notice("The edit left a doubt: look at it again.", "news");
  }

  async function refuse(job, answer) {
    failed = true;
    const words = answer
      ? new DOMParser().parseFromString(answer.html, "text/html").querySelector(".notice")?.firstChild?.textContent.trim() ?? "It was not saved."
      : "The desk does not respond: this was not saved. Is casebook still running?";
    const section = sectionOf(job.id);
    const others = waiting.filter((one) => sectionOf(one.id) === section);
    for (const one of [job, ...others]) {
      if (one !== job) waiting.splice(waiting.indexOf(one), 1);
      const old = byId(one.id);
      if (old) old.dataset.state = "open";
      for (const act of old ? all(".act[open]", old) : []) act.open = false;
      if (past.includes(one.id)) past.splice(past.lastIndexOf(one.id), 1);
      one.remark?.remove();
    }
    if (answer) await load(section);
    const card = byId(job.id);
    const typed = ["text", "value", "reason", "quote"].map((name) => job.data.get(name)).find(Boolean);
    if (!card || !isOpen(card)) {
      notice(`${words}${typed ? ` You had typed: ${typed}` : ""}`, "bad");
      return;
    }
    putBack(card, job);
    card.querySelector(".refusal")?.remove();
    const line = document.createElement("p");
    line.className = "caution bad refusal";
    line.setAttribute("role", "alert");
    line.textContent = words;
    card.querySelector("h2").before(line);
    if (shown() !== card && typing(document.activeElement)) notice(`${words} The card comes again.`, "bad");
    else {
      byId("notice").replaceChildren();
      const open = card.querySelector(".act[open] :is(textarea, input:not([type=hidden]))");
      show(card);
      open?.focus();
    }
  }

  // Type again what was in the refused form.
  function putBack(card, { data }) {
    const fits = (form) =>
      form.elements.decision.value === data.get("decision") && (form.elements.action?.value ?? null) === data.get("action");
    const form = all("form", card).find(fits);
    for (const [name, value] of form ? data : []) {
      const field = form.elements[name];
      if (!field?.matches?.("textarea, select, input:not([type=hidden])") || !value) continue;
      field.value = value;
      form.closest("details").open = true;
    }
  }

  async function undo() {
    await sent();
    const id = past.pop();
    const form = id && sectionOf(id)?.querySelector("form.undo");
    if (!form) return notice("There is nothing to undo.");
    const answer = await post(form.getAttribute("action"), new FormData(form));
    if (!answer?.ok) return notice("It could not be undone: look at the whole draft.", "bad");
    replace(answer.html);
    const card = byId(id);
    if (card && isOpen(card)) show(card);
    notice("Undone.");
  }

  addEventListener("beforeunload", (event) => {
    if (waiting.length) event.preventDefault();
  });

  /* Keys and clicks */

  keys.u = () => (undo(), true);
  keys.p = () => (shown() && advance(shown().id, -1), true);
  keys.A = () => (shown()?.querySelector("[data-key=a]")?.click(), true);

  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (on(".act > summary")) {
      event.preventDefault();
      open(on(".act"));
      return;
    }
    const card = on("[data-later]") ? on("[data-card]") : byId(on("[data-doubt]")?.dataset.doubt ?? "");
    if (!card) return;
    event.preventDefault();
    if (on("[data-later]")) advance(card.id);
    else show(card);
  });

  // At once and not at the event "toggle", which is late: what is typed next belongs to the field.
  function open(act) {
    for (const other of all(".act[open]", act.parentElement)) if (other !== act) other.open = false;
    act.open = !act.open;
    if (!act.open) return;
    const suggested = act.querySelector(".suggested");
    if (suggested) htmx.trigger(suggested, "opened");
    const field = act.querySelector("textarea, select, input:not([type=hidden])");
    field.focus();
    if (field.matches("textarea")) field.setSelectionRange(field.value.length, field.value.length);
  }

  document.addEventListener("keydown", (event) => {
    const form = event.key === "Escape" && event.target.closest?.(".act[open]");
    if (!form) return;
    form.open = false;
    shown().querySelector("h2").focus({ preventScroll: true });
    event.preventDefault();
  });

  if (shown()) {
    shown().querySelector("h2").focus({ preventScroll: true });
    prepare(shown());
  }
})();
