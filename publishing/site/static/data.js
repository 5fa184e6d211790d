// Queries the site's Parquet files in the reader's browser. DuckDB is loaded from this site with the
// first query and cannot load anything else, so queries can only read the page's tables.

const MOST_SHOWN = 200;
const MOST_READ = 100_000;
const LONGEST_SHOWN = 600;
const MEGA = 1_000_000;
const FAILURES = {
  Binder: "A column is not there, or its type does not fit.",
  Catalog: "A table or a function is not there.",
  Conversion: "A value does not fit the type that it should have.",
  "Out of Memory": "This needs more memory than the browser allows.",
  Parser: "DuckDB does not understand this SQL.",
  Permission: "A query here reads the tables of this page, no files and no other sites.",
};

const at = (path) => new URL(path, import.meta.url).href;
const number = (value) => value.toLocaleString("en");

const form = document.getElementById("ask");
const { sql: box, stop, save } = form.elements;
const status = document.getElementById("ask-status");
const problem = document.getElementById("ask-problem");
const result = document.getElementById("ask-result");
const questions = [...document.querySelectorAll("#ask-questions a")];
const tables = [...document.querySelectorAll("details[data-table]")].map((details) => ({
  name: details.dataset.table,
  file: details.dataset.file,
  columns: [...details.querySelectorAll("[data-column]")].map(({ dataset }) => [
    dataset.column,
    // DuckDB needs an extension for times with time zones; these are in UTC.
    dataset.type.replace(" WITH TIME ZONE", ""),
  ]),
}));

// DuckDB

function arrowType(arrow, type) {
  if (type.endsWith("[]")) {
    return new arrow.List(new arrow.Field("item", arrowType(arrow, type.slice(0, -2))));
  }
  const types = {
    BIGINT: arrow.Int64,
    BOOLEAN: arrow.Bool,
    DATE: arrow.DateDay,
    DOUBLE: arrow.Float64,
    INTEGER: arrow.Int32,
    TIMESTAMP: arrow.TimestampMillisecond,
    VARCHAR: arrow.Utf8,
  };
  return new types[type]();
}

// Arrow compiles its null checks at run time, which the page's security policy forbids.
function arrowVector(arrow, type, values) {
  const builder = arrow.makeBuilder({ type: arrowType(arrow, type) });
  builder.isValid = (value) => value !== null;
  for (const value of values) builder.append(value);
  return builder.finish().toVector();
}

async function loadTable({ name, file, columns }, connection, { arrow, parquetReadObjects }) {
  const named = columns.map(([column, type]) => `"${column}" ${type}`);
  await connection.query(`CREATE TABLE ${name} (${named.join(", ")})`);
  const response = await fetch(at(file));
  if (!response.ok) throw new Error(`${file} is missing (${response.status})`);
  const rows = await parquetReadObjects({ file: await response.arrayBuffer() });
  if (rows.length === 0) return;
  const vectors = columns.map(([column, type]) => [
    column,
    arrowVector(arrow, type, rows.map((row) => row[column] ?? null)),
  ]);
  const table = new arrow.Table(Object.fromEntries(vectors));
  await connection.insertArrowTable(table, { name, create: false });
}

async function open(worker) {
  const library = await import(at("duckdb/duckdb.js"));
  const database = new library.AsyncDuckDB(new library.VoidLogger(), worker);
  await database.instantiate(at("duckdb/duckdb.wasm"), null, ({ bytesLoaded }) => {
    status.textContent = `Loading DuckDB: ${Math.round(bytesLoaded / MEGA)} of 34 MB, once`;
  });
  await database.open({ query: { castDecimalToDouble: true } });
  const connection = await database.connect();
  await connection.query("SET autoload_known_extensions = false");
  await connection.query("SET autoinstall_known_extensions = false");
  status.textContent = "Loading the tables";
  await Promise.all(tables.map((table) => loadTable(table, connection, library)));
  await connection.query("SET enable_external_access = false");
  await connection.query("SET lock_configuration = true");
  return { connection, types: library.arrow.DataType };
}

// DuckDB in its worker, started with the first query and again after `end`, which aborts queries.
function session() {
  let worker = null;
  let opened = null;
  let fail = null;

  function end(message) {
    worker?.terminate();
    [worker, opened] = [null, null];
    fail?.(new Error(message));
  }

  async function ask(query) {
    const ended = new Promise((_, reject) => (fail = reject));
    if (worker === null) {
      worker = new Worker(at("data-worker.js"));
      worker.addEventListener("error", () => end("DuckDB could not be loaded."));
      opened = open(worker);
    }
    return Promise.race([ended, opened.then((found) => read(found, query))]);
  }

  return { ask, end };
}

// The columns and rows of the result, as text.
async function read({ connection, types }, query) {
  const batches = await connection.send(query, true);
  const rows = [];
  let fields = batches.schema?.fields ?? [];
  for await (const batch of batches) {
    fields = batch.schema.fields;
    const vectors = fields.map((_, place) => batch.getChildAt(place));
    for (let row = 0; row < batch.numRows && rows.length < MOST_READ; row += 1) {
      rows.push(vectors.map((vector) => text(vector.get(row), vector.type, types)));
    }
    if (rows.length < MOST_READ) continue;
    await connection.cancelSent();
    break;
  }
  const columns = fields.map(({ name, type }) => ({
    name,
    isNumber: types.isInt(type) || types.isFloat(type),
  }));
  return { columns, rows };
}

function text(value, type, types) {
  if (value === null) return "";
  if (types.isList(type)) {
    const parts = [...value].map((part) => text(part, type.children[0].type, types));
    return `[${parts.join(", ")}]`;
  }
  if (types.isDate(type)) return new Date(Number(value)).toISOString().slice(0, 10);
  if (types.isTimestamp(type)) return new Date(Number(value)).toISOString().replace(/T(.*)Z/, " $1");
  return String(value);
}

// Result table

function link(value) {
  const element = document.createElement("a");
  element.href = value;
  element.textContent = value.replace(/^https?:\/\/(www\.)?/i, "");
  return element;
}

function cell(value, { isNumber }) {
  const element = document.createElement("td");
  element.classList.toggle("number", isNumber);
  element.classList.toggle("short", value.length > 16);
  element.classList.toggle("long", value.length > 60);
  if (/^https?:\/\/\S+$/i.test(value) && URL.canParse(value)) element.append(link(value));
  else if (value.length > LONGEST_SHOWN) element.textContent = `${value.slice(0, LONGEST_SHOWN)} …`;
  else element.textContent = value;
  return element;
}

function show({ columns, rows }) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const { name, isNumber } of columns) {
    const heading = document.createElement("th");
    heading.scope = "col";
    heading.classList.toggle("number", isNumber);
    heading.textContent = name;
    head.append(heading);
  }
  const body = table.createTBody();
  for (const row of rows.slice(0, MOST_SHOWN)) {
    body.insertRow().append(...row.map((value, place) => cell(value, columns[place])));
  }
  result.replaceChildren(table);
  result.hidden = columns.length === 0;
  result.scrollTo(0, 0);
}

function summary(count, milliseconds) {
  const time = `in ${(milliseconds / 1000).toFixed(2)} s`;
  if (count === 0) return `No rows, ${time}`;
  const all = `${count === MOST_READ ? "More than " : ""}${number(count)} ${count === 1 ? "row" : "rows"}`;
  return count > MOST_SHOWN ? `${all}, ${time}; the first ${MOST_SHOWN} are shown` : `${all}, ${time}`;
}

// The kind and text of a DuckDB error; other errors have no kind.
function parsed(message) {
  if (message.startsWith("{")) {
    const { exception_type: kind, exception_message: detail } = JSON.parse(message);
    return [kind, detail];
  }
  const [, kind, detail] = message.match(/^([A-Z][A-Za-z ]+) Error: (.*)$/s) ?? [];
  return [kind, detail ?? message];
}

// Returns whether the error was in the query, so that DuckDB is still usable.
function explain(message) {
  const [kind, detail] = parsed(message);
  const [words, more] = problem.children;
  words.textContent = kind ? (FAILURES[kind] ?? "DuckDB cannot run this query.") : detail;
  more.textContent = kind ? detail.split("\n\nPlease try installing")[0] : "";
  problem.hidden = false;
  return kind !== undefined;
}

// The same cells as in the site's CSV files, where spreadsheets find no formulas.
function csvCell(value) {
  const harmless = /^[+-]?[0-9]+([.,][0-9]+)*\s?%?$/.test(value)
    ? value
    : value.replace(/(^|[;\t\r\n])([ ']*[=+\-@＝＋－＠])/g, "$1'$2");
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function download({ columns, rows }) {
  const lines = [columns.map(({ name }) => name), ...rows].map((row) => row.map(csvCell).join(","));
  const element = document.createElement("a");
  // Excel recognizes UTF-8 by the byte order mark.
  element.href = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"]));
  element.download = "answer.csv";
  element.click();
  setTimeout(() => URL.revokeObjectURL(element.href), 60_000);
}

// Query form

const duckdb = session();
let answer = null;
let running = false;
let next = null;

async function runOnce(query) {
  const asked = questions.findIndex(({ dataset }) => dataset.sql === query);
  questions.forEach((one, place) => {
    if (place === asked) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  });
  const kept = asked < 0 ? { sql: query } : { question: asked + 1 };
  history.replaceState(null, "", `?${new URLSearchParams(kept)}`);
  problem.hidden = true;
  result.hidden = true;
  save.hidden = true;
  status.textContent = "Running";
  const start = performance.now();
  try {
    answer = await duckdb.ask(query);
    show(answer);
    status.textContent = summary(answer.rows.length, performance.now() - start);
    save.hidden = answer.rows.length === 0;
  } catch (error) {
    status.textContent = "";
    if (!explain(error.message)) duckdb.end(error.message);
  }
  (problem.hidden ? result : problem).scrollIntoView({ block: "nearest" });
}

// A query submitted while another one runs is run next.
async function ask(query) {
  next = query.trim();
  if (running) return;
  running = true;
  stop.hidden = false;
  while (next) {
    const query = next;
    next = null;
    await runOnce(query);
  }
  stop.hidden = true;
  running = false;
}

function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(box.value);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    ask(box.value);
  });
  stop.addEventListener("click", () => duckdb.end("Stopped."));
  save.addEventListener("click", () => download(answer));
  for (const question of questions) {
    question.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      box.value = question.dataset.sql;
      ask(box.value);
    });
  }
  document.getElementById("ask-needs").hidden = true;
  form.hidden = false;
  const given = new URLSearchParams(location.search);
  if (given.get("sql")) box.value = given.get("sql");
  questions[Number(given.get("question")) - 1]?.click();
}

// Browsers can load modules from a folder, but not the tables.
if (location.protocol !== "file:") start();
