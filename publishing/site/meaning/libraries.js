// Libraries of the search by meaning, bundled into one module.
/*! ONNX Runtime: MIT, Microsoft Corporation. tokenizers: Apache-2.0, Hugging Face. */
export { InferenceSession, Tensor, env } from "onnxruntime-web/wasm";
export { Tokenizer } from "@huggingface/tokenizers";
