// Typesets formulas: a line of JSON in, { latex, display }, a line out, { html } or { error }.

import { createInterface } from "node:readline";
import katex from "katex";

function typeset({ latex, display }) {
  try {
    return { html: katex.renderToString(latex, { displayMode: display, strict: "error" }) };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(typeset(JSON.parse(line)))}\n`);
}
