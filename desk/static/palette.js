// The palette (Ctrl or ⌘ K): the page's commands by name; views and cases come from the desk.
"use strict";

(() => {
  const { byId, all, afterSwap } = desk;
  const dialog = byId("palette");
  const field = byId("palette-text");
  const list = byId("palette-found");
  let commands = []; // of this page, when the palette was opened

  const options = () => all("[role=option]", list);

  function offered() {
    const pages = all("header.site nav a, .inbox, .curator a").map((node) => ({ node, name: node.textContent.trim() }));
    const actions = all("[data-key]")
      .filter((node) => !node.closest("dialog") && node.checkVisibility())
      .map((node) => ({ node, key: node.dataset.key, name: node.textContent.replace(node.querySelector("kbd")?.textContent ?? "", "").trim() || node.title }));
    return [...actions, ...pages];
  }

  function select(option) {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.id ||= `option-${options().indexOf(option)}-${Date.now()}`;
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function listCommands() {
    const words = field.value.trim().toLowerCase();
    const fitting = commands.filter(({ name }) => ` ${name.toLowerCase()}`.includes(` ${words}`));
    byId("palette-commands").replaceChildren(...fitting.slice(0, words ? 6 : 20).map(({ node, name, key }) => {
      const option = document.createElement("div");
      option.setAttribute("role", "option");
      option.textContent = name;
      if (key) option.append(Object.assign(document.createElement("kbd"), { textContent: key }));
      option.addEventListener("click", () => {
        dialog.close();
        node.click();
      });
      return option;
    }));
    select(options()[0]);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!document.querySelector("dialog[open]")) dialog.showModal();
  });

  dialog.addEventListener("close", () => {
    field.value = "";
    byId("palette-cases").replaceChildren();
  });

  // The event comes after the first letters of a fast typist: keep them.
  dialog.addEventListener("toggle", () => {
    if (!dialog.open) return;
    commands = offered();
    listCommands();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  field.addEventListener("input", listCommands);
  field.addEventListener("keydown", (event) => {
    const list = options();
    const at = list.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) select(list[(at + by + list.length) % list.length]);
    else if (event.key === "Enter" && !event.isComposing) list[at]?.click();
    else return;
    event.preventDefault();
  });
  afterSwap.push((ctx) => {
    if (ctx.target.id === "palette-cases" && !list.querySelector("[aria-selected=true]")) select(options()[0]);
  });
})();
