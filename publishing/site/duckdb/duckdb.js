// What the data page uses, bundled into one module. DuckDB-Wasm would load its reader of Parquet
// files from its makers' site: hyparquet reads them here.
/*! DuckDB-Wasm: MIT, DuckDB Foundation. Apache Arrow: Apache-2.0, The Apache Software Foundation.
    FlatBuffers: Apache-2.0, Google. tslib: 0BSD, Microsoft. hyparquet: MIT, Kenny Daniel. */
export { AsyncDuckDB, VoidLogger } from "@duckdb/duckdb-wasm";
export * as arrow from "apache-arrow";
export { parquetReadObjects } from "hyparquet";
