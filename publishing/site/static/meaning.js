// Search by meaning. The model (36 MB with its libraries) is loaded with the first query, from this
// site, in a worker.

const waiting = new Map();
let worker = null;
let last = 0;

// Returns whether the site has this search and the connection is good enough for it.
export function canSearch() {
  const { effectiveType = "4g", saveData = false, type } = navigator.connection ?? {};
  const isGood = effectiveType === "4g" && !saveData && type !== "cellular";
  return isGood && document.querySelector("[data-meaning]") !== null;
}

// Returns the closest cases, best first: their page versions and scores (cosine similarities).
export function closest(query, most) {
  worker ??= start();
  last += 1;
  return new Promise((resolve, reject) => {
    waiting.set(last, { resolve, reject });
    worker.postMessage({ id: last, query, most });
  });
}

function start() {
  const started = new Worker(new URL("meaning-worker.js", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data: { id, found, problem } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (found) resolve(found);
    else reject(new Error(problem));
  });
  started.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new Error("The search could not be loaded."));
    waiting.clear();
    worker = null;
  });
  return started;
}
