// The worker of DuckDB, which can only load DuckDB itself.
"use strict";

const load = self.fetch;
self.XMLHttpRequest = undefined;
self.WebSocket = undefined;

self.fetch = async () => {
  const { ok, body, status } = await load("duckdb/duckdb.wasm");
  if (!ok) throw new Error(`duckdb.wasm is missing (${status})`);
  // Some web servers send a wrong media type for the file, which browsers refuse.
  return new Response(body, { headers: { "Content-Type": "application/wasm" } });
};

// DuckDB hangs if loading fails, so the failure is passed to the page as an error.
self.addEventListener("unhandledrejection", (event) => {
  throw event.reason;
});

importScripts("duckdb/worker.js");
