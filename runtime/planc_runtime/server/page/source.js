// YAML with line numbers and, under the line they are about, the compiler's diagnostics. Nothing is parsed: keys,
// comments and expressions are toned by how a line looks.

import { html, useEffect, useMemo, useRef } from "./vendor/htm-preact.js";

const EXPRESSION = /(\$\{\{.*?\}\}|\{%.*?%\})/;

function toned(line) {
  if (line.trimStart().startsWith("#")) return html`<span class="comment">${line}</span>`;
  const parts = /^(\s*(?:- )?)([A-Za-z_][\w.-]*:)(.*)$/.exec(line);
  const rest = (value) => value.split(EXPRESSION).map((piece, index) => (index % 2 ? html`<span class="expression">${piece}</span>` : piece));
  return parts ? html`${parts[1]}<span class="key">${parts[2]}</span>${rest(parts[3])}` : rest(line || " ");
}

const lines = (content) => content.replace(/\n$/, "").split("\n");

// `marked` [first, last] is highlighted and scrolled to; `first` is the number of the first line; `items` are diagnostics.
export function Source({ content, marked, items = [], first = 1, label = "Plan file", onLine }) {
  const target = useRef(null);
  useEffect(() => {
    const box = target.current?.closest(".source");
    if (box) box.scrollTop = target.current.offsetTop - box.offsetTop - box.clientHeight / 3;
  }, [content, marked?.[0]]);
  const byLine = useMemo(() => Map.groupBy(items.filter((item) => item.line), (item) => item.line), [items]);
  return html`
    <div class="source" role="region" tabindex="0" aria-label=${label}><ol start=${first}>
      ${lines(content).map((line, index) => {
        const number = index + first;
        const on = marked && number >= marked[0] && number <= marked[1];
        const found = byLine.get(number) || [];
        return html`<li key=${index} value=${number} class=${`${on ? "marked" : ""} ${found.length ? `has-${found[0].severity}` : ""}`}
            ref=${on && number === marked[0] ? target : undefined} onClick=${onLine ? () => onLine(number) : undefined}><span class="gutter" aria-hidden="true">${number}</span><code>${toned(line)}</code>
          ${found.map((item) => html`<div class=${`inline ${item.severity}`}><strong>${item.code}</strong> ${item.message}${(item.help || []).map((words) => html`<span class="help">${words}</span>`)}</div>`)}</li>`;
      })}
    </ol></div>`;
}

// All lines of a task, from what the compiler knows of it: its first line, and on as long as lines are indented deeper.
export function wholeTask(content, [first, last]) {
  const all = content.split("\n");
  const depth = (line) => line.length - line.trimStart().length;
  const own = depth(all[first - 1] || "");
  let end = last;
  for (let next = first; next < all.length && (!all[next].trim() || depth(all[next]) > own); next += 1) if (all[next].trim()) end = Math.max(end, next + 1);
  return [first, end];
}

// Text that is edited, with the numbers of its lines beside it.
export function Editor({ id, value, onInput, problems = [] }) {
  const gutter = useRef(null);
  const bad = new Set(problems.filter((item) => item.severity === "error").map((item) => item.line));
  return html`
    <div class="editor">
      <div class="numbers" ref=${gutter} aria-hidden="true">${value.split("\n").map((_, index) => html`<div class=${bad.has(index + 1) ? "bad" : ""}>${index + 1}</div>`)}</div>
      <textarea id=${id} class="yaml" spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off" value=${value}
        onInput=${(event) => onInput(event.target.value)} onScroll=${(event) => { gutter.current.scrollTop = event.target.scrollTop; }}></textarea>
    </div>`;
}

// Puts the caret of an editor on a line.
export function goToLine(id, number) {
  const area = document.getElementById(id);
  if (!area) return;
  const before = area.value.split("\n").slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  const after = area.value.indexOf("\n", before);
  area.focus();
  area.setSelectionRange(before, after === -1 ? area.value.length : after);
  area.scrollTop = Math.max(0, (number - 4) * 20);
}
