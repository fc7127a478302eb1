import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import settings from "./svelte.config.js";

export default ts.config(
  { ignores: ["node_modules/", "src/api/v1.d.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig: settings } },
  },
  {
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", { max: 500 }],
      complexity: ["error", 12],
      "no-undef": "off",
      // Everything shown goes through text, never through markup.
      "svelte/no-at-html-tags": "error",
      // Collections are exchanged whole, as `$state.raw`.
      "svelte/prefer-svelte-reactivity": "off",
      // Addresses are made by the router, which knows the base.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  {
    // The state of the recorder is worked out apart from what shows it.
    files: ["src/model/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["svelte*", "*/parts/*", "*/rooms/*", "*/watch/*", "*.svelte"] }],
      "no-restricted-globals": ["error", "window", "document", "fetch", "localStorage", "performance", "setTimeout"],
    },
  },
);
