// The page of a case: confirming, dropping, commenting and approving show their result at once.
// If the desk refuses it, the result is taken back; the notice says why.
"use strict";

(() => {
  const { byId, all } = desk;
  const shown = new Map(); // by form: how to take its result back

  function changed(node, change) {
    const before = [node.className, node.hidden];
    change(node);
    return () => ([node.className, node.hidden] = before);
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
        changed(item, () => item.classList.add("confirmed")),
        ...all(".confirm", item).map((button) => changed(button, () => (button.hidden = true))),
        ...(mark ? [added(by, () => mark.after(by))] : []),
      ];
    },
    drop(form) {
      const item = byId(form.elements.part.value);
      return [changed(item, () => (item.classList.add("confirmed"), (item.hidden = true)))];
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
      const before = chip.textContent;
      form.closest("dialog")?.close();
      chip.textContent = "approved";
      return [
        changed(chip, () => (chip.className = "status approved")),
        () => (chip.textContent = before),
      ];
    },
  };

  document.addEventListener("submit", ({ target: form, submitter }) => {
    if (!form.closest("#case") || !form.elements.decision || shown.has(form)) return;
    const kind = submitter?.name === "action" ? submitter.value : form.elements.action?.value;
    const show = results[kind || form.elements.decision.value];
    if (show) shown.set(form, show(form));
  });

  const finish = ({ detail }) => {
    const form = detail?.ctx?.sourceElement;
    if (!shown.has(form)) return;
    if (!detail.ctx.response?.raw?.ok) for (const back of shown.get(form)) back();
    shown.delete(form);
  };
  document.addEventListener("htmx:after:request", finish);
  document.addEventListener("htmx:error", finish);
  document.addEventListener("htmx:finally:request", finish);
})();
