// Dependencies of the data page, bundled into one module. DuckDB-Wasm would download its Parquet
// reader from another site, so hyparquet reads the files instead.
/*! DuckDB-Wasm: MIT, DuckDB Foundation. Apache Arrow: Apache-2.0, The Apache Software Foundation.
    FlatBuffers: Apache-2.0, Google. tslib: 0BSD, Microsoft. hyparquet: MIT, Kenny Daniel. */
export { AsyncDuckDB, VoidLogger } from "@duckdb/duckdb-wasm";
export * as arrow from "apache-arrow";
export { parquetReadObjects } from "hyparquet";
