// Copied beside the installed tools, so that the imports below are found.
import js from "@eslint/js";
import globals from "globals";

const odoo = { ...globals.browser, luxon: "readonly", odoo: "readonly" };

export default [
  js.configs.recommended,
  {
    rules: {
      curly: "error",
      eqeqeq: "error",
      "no-console": ["error", { allow: ["warn", "error"] }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["oms_*/static/**/*.js"],
    languageOptions: { globals: odoo, sourceType: "module" },
  },
  {
    files: ["scripts/**/*.{js,mjs}"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*config.js"],
    languageOptions: { sourceType: "commonjs" },
  },
];
