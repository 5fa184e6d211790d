// Embeds queries with the same model as the published cases, and compares them. One thread is
// enough, and more would need special headers.
import { InferenceSession, Tensor, Tokenizer, env } from "./meaning/libraries.js";

const LONGEST = 128; // tokens
let loaded = null;

async function load(name, options) {
  const answer = await fetch(name, options);
  if (!answer.ok) throw new Error(`${name} is missing (${answer.status})`);
  return answer;
}

async function open() {
  const fresh = { cache: "no-cache" }; // the two files change together
  const [index, vectors, words, model, runtime] = await Promise.all([
    load("data/meaning.json", fresh).then((one) => one.json()),
    load("data/meaning.bin", fresh).then((one) => one.arrayBuffer()),
    load("meaning/tokenizer.json").then((one) => one.json()),
    load("meaning/model.onnx").then((one) => one.arrayBuffer()),
    load("meaning/onnxruntime.wasm").then((one) => one.arrayBuffer()),
  ]);
  env.logLevel = "error";
  env.wasm.numThreads = 1;
  env.wasm.wasmBinary = runtime;
  const session = await InferenceSession.create(new Uint8Array(model));
  return { index, vectors: new Int8Array(vectors), tokenizer: new Tokenizer(words, {}), session };
}

async function embed({ tokenizer, session }, text) {
  const { ids } = tokenizer.encode(text);
  const size = Math.min(ids.length, LONGEST);
  const row = (value) => new Tensor("int64", BigInt64Array.from({ length: size }, value), [1, size]);
  const { last_hidden_state: tokens } = await session.run({
    input_ids: row((_, n) => BigInt(ids[n])),
    attention_mask: row(() => 1n),
    token_type_ids: row(() => 0n),
  });
  const sum = new Float32Array(tokens.dims[2]);
  tokens.data.forEach((value, n) => (sum[n % sum.length] += value));
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}

async function closest(query, most) {
  loaded ??= open();
  const all = await loaded;
  const vector = await embed(all, query);
  const found = all.index.versions.map((version, n) => {
    const row = all.vectors.subarray(n * vector.length, (n + 1) * vector.length);
    return { version, score: row.reduce((sum, value, k) => sum + value * vector[k], 0) };
  });
  found.sort((a, b) => b.score - a.score);
  const scale = all.index.scale;
  return found.slice(0, most).map(({ version, score }) => ({ version, score: score / scale }));
}

addEventListener("message", async ({ data: { id, query, most } }) => {
  try {
    postMessage({ id, found: await closest(query, most) });
  } catch (error) {
    loaded = null;
    postMessage({ id, problem: error.message });
  }
});
