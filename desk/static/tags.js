// Keys for proposed names: move, accept, map, refuse, select.
"use strict";

(() => {
  const { all, keys, afterSwap } = desk;
  let at = 0;

  const rows = () => all("#tags .row");
  const here = () => rows()[at];

  function move(by) {
    at = Math.min(Math.max(at + by, 0), rows().length - 1);
    here()?.querySelector(".open").focus();
    here()?.scrollIntoView({ block: "nearest" });
    return true;
  }

  keys.j = keys.ArrowDown = () => move(document.activeElement?.closest(".row") ? 1 : 0);
  keys.k = keys.ArrowUp = () => move(-1);
  keys.x = () => {
    const box = here()?.querySelector(".pick input");
    if (box) box.checked = !box.checked;
    return move(0);
  };
  for (const key of ["a", "m", "r"]) {
    keys[key] = () => {
      const control = here()?.querySelector(`[data-row-key=${key}]`);
      control?.click();
      control?.closest("details[open]")?.querySelector("textarea, input:not([type=hidden])")?.focus();
      return true;
    };
  }
  afterSwap.push(() => move(0));
})();
