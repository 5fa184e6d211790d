// A second reading: a mark shows at once and is saved in the background; keys lead through the
// statements. Without scripts each mark is a form.
"use strict";

(() => {
  const { byId, all, keys, motion, notice } = desk;
  const beside = matchMedia("(min-width: 60rem)");
  const items = () => all("#reading .item");
  let chosen = null;

  function choose(item, still) {
    if (!item) return;
    chosen?.classList.remove("chosen");
    for (const mark of all("mark.on")) mark.classList.remove("on");
    chosen = item;
    item.classList.add("chosen");
    const wanted = new Set((item.dataset.quotes || "").split(" ").filter(Boolean));
    const marks = all("mark[data-q]").filter((one) => one.dataset.q.split(" ").some((q) => wanted.has(q)));
    for (const mark of marks) mark.classList.add("on");
    if (still) return;
    item.querySelector(".choose").focus({ preventScroll: true });
    if (beside.matches && marks[0]) {
      const source = byId("source");
      const top = marks[0].getBoundingClientRect().top - source.getBoundingClientRect().top;
      source.scrollTo({ top: source.scrollTop + top - source.clientHeight / 3, behavior: motion() });
    }
    item.scrollIntoView({ block: "center", behavior: motion() });
  }

  function move(by) {
    choose(items()[Math.max(0, items().indexOf(chosen) + by)]);
    return true;
  }

  // The next unmarked statement, from the start again after the last one.
  function next() {
    const list = items();
    const at = list.indexOf(chosen);
    return [...list.slice(at + 1), ...list.slice(0, at + 1)].find((one) => !one.dataset.mark);
  }

  function show(item, mark) {
    if (mark) item.dataset.mark = mark;
    else delete item.dataset.mark;
    for (const button of all("[name=mark]", item)) button.setAttribute("aria-pressed", String(button.value === mark));
    const marked = items().filter((one) => one.dataset.mark).length;
    byId("progress").firstElementChild.textContent = marked;
    byId("end").hidden = marked < items().length;
  }

  let saving = Promise.resolve(); // one request after the other: the newest mark counts
  let unsaved = 0;
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  function save(item, mark) {
    const before = item.dataset.mark ?? "";
    const form = item.querySelector("form");
    const fields = new FormData(form);
    fields.set("mark", mark);
    show(item, mark);
    unsaved += 1;
    saving = saving.then(() => send(item, form.action, fields, before)).finally(() => (unsaved -= 1));
  }

  async function send(item, address, fields, before) {
    try {
      const headers = { "HX-Request": "true", "X-Casebook-Token": byId("reading").dataset.token };
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers, keepalive: true });
      if (answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      throw new Error(page.body.textContent.trim() || "The mark was not saved.");
    } catch (error) {
      show(item, before);
      choose(item);
      notice(error instanceof TypeError ? "The mark was not saved: the desk does not answer." : error.message, "bad");
    }
  }

  function press(mark) {
    if (!chosen) return false;
    save(chosen, mark);
    choose(next() ?? chosen);
    return true;
  }

  keys.j = keys.ArrowDown = () => move(1);
  keys.k = keys.ArrowUp = () => move(-1);
  keys.r = () => press("right");
  keys.w = () => press("wrong");
  keys.c = () => {
    chosen?.querySelector("[name=note]").focus();
    return true;
  };

  document.addEventListener("submit", (event) => {
    const item = event.target.closest("#reading .item");
    if (!item) return;
    event.preventDefault();
    choose(item, true);
    // Enter in the note presses the first button: a note without a mark says what is wrong.
    const byKey = document.activeElement?.name === "note";
    save(item, byKey ? item.dataset.mark ?? "wrong" : event.submitter.value);
    if (byKey) choose(next() ?? item);
  });
  document.addEventListener("click", async (event) => {
    const done = event.target.closest?.("#end a");
    if (done) {
      event.preventDefault();
      await saving;
      if (!byId("end").hidden) location.assign(done.href);
      return;
    }
    const item = event.target.closest?.("#reading .item");
    if (event.target.closest?.("a.to-source, .choose") && item) {
      event.preventDefault();
      choose(item);
      if (!beside.matches) {
        byId("pane-source").checked = true;
        document.querySelector("mark.on")?.scrollIntoView({ block: "center" });
      }
    }
  });
  // A note is saved when the reader leaves it, with the mark that the statement has.
  document.addEventListener("change", (event) => {
    const item = event.target.closest?.("#reading .item");
    if (event.target.name === "note" && item?.dataset.mark) save(item, item.dataset.mark);
  });

  addEventListener("DOMContentLoaded", () => choose(next() ?? items()[0], true));
})();
