// DuckDB's worker, which can load DuckDB itself and nothing else from anywhere.
"use strict";

const load = self.fetch;
self.XMLHttpRequest = undefined;
self.WebSocket = undefined;

self.fetch = async () => {
  const { ok, body, status } = await load("duckdb/duckdb.wasm");
  if (!ok) throw new Error(`duckdb.wasm is missing (${status})`);
  // Not every web server knows the type of the file, and browsers insist on it.
  return new Response(body, { headers: { "Content-Type": "application/wasm" } });
};

// DuckDB waits for ever where it could not be loaded: as an error this reaches the page.
self.addEventListener("unhandledrejection", (event) => {
  throw event.reason;
});

importScripts("duckdb/worker.js");
