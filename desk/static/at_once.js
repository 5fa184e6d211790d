// The page of a case: confirming, dropping, commenting and approving show their result at once.
// If the desk refuses it, the result is taken back; the notice says why.
"use strict";

(() => {
  const { byId } = desk;
  const ENDS = ["htmx:after:request", "htmx:error", "htmx:finally:request"];
  const shown = new Map(); // by form: how to take its result back

  function marked(node, name) {
    const had = node.classList.contains(name);
    node.classList.add(name);
    return () => node.classList.toggle(name, had);
  }

  function added(node, place) {
    place(node);
    return () => node.remove();
  }

  function element(tag, className, words) {
    return Object.assign(document.createElement(tag), { className, textContent: words });
  }

  const results = {
    confirm(form) {
      const item = byId(form.elements.part.value);
      const by = element("span", "hint", ` confirmed by ${document.querySelector(".curator").dataset.name}`);
      const mark = item.querySelector(".mark");
      return [
        marked(item, "confirmed"),
        ...(mark ? [added(by, () => mark.after(by))] : []),
      ];
    },
    drop(form) {
      const item = byId(form.elements.part.value);
      return [marked(item, "confirmed"), marked(item, "dropped")]; // a doubt less
    },
    comment(form) {
      const around = form.closest("details");
      const remark = element("p", "remark", form.elements.text.value);
      around.open = false;
      const place = form.closest(".item")?.querySelector(".work") ?? around;
      return [added(remark, () => place.before(remark)), () => (around.open = true)];
    },
    approve(form) {
      const chip = document.querySelector(".toolbar .status");
      const before = [chip.textContent, chip.className];
      form.closest("dialog")?.close();
      chip.textContent = "approved";
      chip.className = "status approved";
      return [() => ([chip.textContent, chip.className] = before)];
    },
  };

  document.addEventListener("submit", ({ target: form, submitter }) => {
    if (!form.closest("#case") || !form.elements.decision || shown.has(form)) return;
    const kind = submitter?.name === "action" ? submitter.value : form.elements.action?.value;
    const show = results[kind || form.elements.decision.value];
    if (!show) return;
    shown.set(form, show(form));
    for (const name of ENDS) form.addEventListener(name, finish); // the form may be removed meanwhile
  });

  // What shows as done is sent even if the person leaves the page at once.
  const MOST = 60_000; // characters that browsers send after a page is left
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const { request, sourceElement } = ctx;
    if (shown.has(sourceElement)) request.keepalive = String(request.body).length < MOST;
  });

  for (const name of ENDS) document.addEventListener(name, finish);

  function finish({ detail }) {
    const form = detail?.ctx?.sourceElement;
    if (!shown.has(form)) return;
    const { response, hx } = detail.ctx;
    const isNew = response?.raw?.ok && (response.raw.status === 200 || hx?.redirect);
    if (!isNew) for (const back of shown.get(form)) back();
    shown.delete(form);
  }
})();
