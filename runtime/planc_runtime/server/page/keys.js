// Keyboard shortcuts: one listener, a stack of what is in force, and the table that the help shows. A key does nothing
// while somebody types, and never with Ctrl, Alt or the command key.

import { html, useEffect, useRef } from "./vendor/htm-preact.js";

export const SHORTCUTS = [
  ["Everywhere", [["?", "this help"], ["g r", "runs"], ["g p", "plans"], ["g d", "diff"], ["g q", "questions"], ["n", "new run"], ["/", "to the search field"], ["t", "light, dark, or as the system"], ["Esc", "close what is open"]]],
  ["A run", [["1 … 6", "its views"], ["[ and ]", "one event back, one on"], ["p", "play the history, pause"], ["End", "back to the end of the history"]]],
  ["The graph", [["← ↑ → ↓", "to the next task on that side"], ["Enter", "open the task"], ["Space", "fold or unfold its subtasks"], ["+ − 0 f", "larger, smaller, real size, all of it"], ["d", "turn it: to the right or down"]]],
  ["Lists", [["↑ ↓", "to the row above or below"], ["Enter", "open it"]]],
];

const layers = [];
let prefix = "";
let forget = null;

const isTyping = (element) => element?.matches?.("input:not([type=range]), textarea, select, [contenteditable]");

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
  if (isTyping(event.target) && event.key !== "Escape") return;
  if (document.querySelector("dialog[open]")) return;
  const key = prefix ? `${prefix} ${event.key}` : event.key;
  clearTimeout(forget);
  prefix = "";
  for (const layer of [...layers].reverse()) {
    const action = layer.current[key];
    if (!action) continue;
    event.preventDefault();
    action(event);
    return;
  }
  if (layers.some((layer) => Object.keys(layer.current).some((name) => name.startsWith(`${key} `)))) {
    prefix = key;
    forget = setTimeout(() => { prefix = ""; }, 1500);
  }
}

addEventListener("keydown", press);

// Puts `actions` (key → function) in force while the component is shown; later components go first.
export function useKeys(actions) {
  const layer = useRef(actions);
  layer.current = actions;
  useEffect(() => {
    layers.push(layer);
    return () => { layers.splice(layers.indexOf(layer), 1); };
  }, []);
}

export function Help({ onClose }) {
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  return html`
    <dialog ref=${dialog} class="help-keys" aria-labelledby="keys-title" onClose=${onClose} onClick=${(event) => { if (event.target === dialog.current) dialog.current.close(); }}>
      <div class="head"><h2 id="keys-title">Keyboard</h2><button type="button" class="small" onClick=${() => dialog.current.close()}>Close</button></div>
      <div class="key-groups">${SHORTCUTS.map(([title, keys]) => html`<section><h3>${title}</h3><dl>
        ${keys.map(([key, words]) => html`<div><dt>${key.split(" ").map((part) => (part === "…" || part === "and" ? ` ${part} ` : html`<kbd>${part}</kbd>`))}</dt><dd>${words}</dd></div>`)}
      </dl></section>`)}</div>
    </dialog>`;
}
