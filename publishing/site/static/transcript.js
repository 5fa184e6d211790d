// Synchronizes transcript and recording: marks the spoken line, and plays a clicked line.
"use strict";

const player = document.querySelector(".player audio");
const lines = [...document.querySelectorAll("[data-start]")];
const times = lines.map((line) => Number(line.dataset.start));
let current = null;

function lineAt(seconds) {
  const n = times.findLastIndex((start) => start <= seconds + 0.05);
  return n >= 0 && seconds < Number(lines[n].dataset.end) + 0.3 ? lines[n] : null;
}

function isInView(line) {
  const { top, bottom } = line.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

function follow() {
  const line = lineAt(player.currentTime);
  if (line === null || line === current) return;
  // Do not scroll back if the reader scrolled away.
  const follows = !player.paused && (current === null || isInView(current));
  current?.removeAttribute("aria-current");
  line.setAttribute("aria-current", "true");
  current = line;
  if (follows) line.scrollIntoView({ block: "nearest" });
}

function seek(seconds) {
  player.currentTime = seconds;
  follow();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-start], a[data-seek]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.start !== undefined) {
    event.preventDefault();
    history.replaceState(null, "", link.hash);
  }
  seek(Number(link.dataset.start ?? link.dataset.seek));
  player.play().catch(() => {}); // the browser may require a click on the player
});

player.addEventListener("timeupdate", follow);
player.addEventListener("seeked", follow);

// Start at the line in a shared address.
const shared = lines.find((line) => line.id !== "" && `#${line.id}` === location.hash);
if (shared) seek(Number(shared.dataset.start));
