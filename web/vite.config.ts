import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Where the recorder serves the page. */
const BASE = "/";

// The built files lie beside the program that serves them and are committed. Their names and bytes must depend on the
// source alone, so that `make check` can prove it: no hashes in names, no dates, one script and one style sheet.
export default defineConfig({
  base: BASE,
  plugins: [svelte()],
  build: {
    outDir: "../src/seacorder/api/static/next",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      output: { codeSplitting: false, entryFileNames: "page.js", assetFileNames: "page[extname]" },
    },
  },
  // `npm run dev` beside a running recorder: the page from the source, everything else from the recorder.
  server: { proxy: { "/api": { target: "http://127.0.0.1:13000", ws: true, changeOrigin: true } } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
