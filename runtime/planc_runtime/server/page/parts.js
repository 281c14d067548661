// Small parts that several views share. Whatever a model or a tool said is put into text nodes only.

import { html, useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { statusLabel } from "./status.js";
import { text } from "./format.js";

export const Problem = ({ problem }) => html`
  <div class="problem" role="alert">
    <strong>${problem.problem?.title || "This did not work"}</strong>
    <p>${problem.message || String(problem)}</p>
    ${problem.problem?.help ? html`<p class="help">${problem.problem.help}</p>` : null}
    ${problem.problem?.diagnostics ? html`<${Diagnostics} items=${problem.problem.diagnostics} />` : null}
    ${problem.status === 401 ? html`<p>Open the address that <code>planc serve</code> printed: it carries the token.</p>` : null}
  </div>`;

export const Empty = ({ children, title }) => html`<div class="empty">
  <svg width="56" height="40" viewBox="0 0 56 40" aria-hidden="true"><path d="M16 20h10M30 20c6 0 4-10 10-10M30 20c6 0 4 10 10 10" /><rect x="2" y="13" width="14" height="14" rx="4" /><circle cx="28" cy="20" r="2.5" /><rect x="40" y="3" width="14" height="14" rx="4" /><rect x="40" y="23" width="14" height="14" rx="4" /></svg>
  ${title ? html`<h2>${title}</h2>` : null}${children}</div>`;

export const Loading = ({ what }) => html`<p class="loading" role="status">Loading ${what}…</p>`;

export function Copy({ value, label = "Copy", title }) {
  const [done, setDone] = useState("");
  const copy = () =>
    navigator.clipboard.writeText(typeof value === "function" ? value() : value)
      .then(() => setDone("Copied"), () => setDone("Not allowed"))
      .then(() => setTimeout(() => setDone(""), 1200));
  return html`<button type="button" class="small quiet" title=${title} aria-live="polite" onClick=${copy}>${done || label}</button>`;
}

const FORGOTTEN_MS = 10_000;

// Hands a plan's text to the browser to be kept as a file; the server writes nothing and is not asked. The name of a plan
// that can be read is letters, digits, `-` and `_`; another one has none here.
export function Download({ value, name }) {
  const file = `${name || "plan"}.plan.yaml`;
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([value], { type: "application/yaml" }));
    link.download = file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), FORGOTTEN_MS);
  };
  return html`<button type="button" class="small quiet" title=${`Keep it as ${file}`} onClick=${save}>Download</button>`;
}

const SHORT = 4000;

// A value as text, long ones folded; never markup.
export function Value({ value, label }) {
  const [whole, setWhole] = useState(false);
  const shown = text(value);
  const long = shown.length > SHORT;
  const kind = typeof value === "string" ? "prose" : "data";
  return html`
    <div class="value">
      <div class="tools"><span class="label">${label || "value"}</span><${Copy} value=${() => text(value)} /></div>
      <pre class=${kind} tabindex="0" role="region" aria-label=${label || "value"}>${long && !whole ? `${shown.slice(0, SHORT)}…` : shown}</pre>
      ${long ? html`<button type="button" class="small" onClick=${() => setWhole(!whole)}>
        ${whole ? "Show less" : `Show all ${shown.length.toLocaleString()} characters`}</button>` : null}
    </div>`;
}

export const Diagnostics = ({ items, onPick }) =>
  items.length === 0
    ? html`<p class="good">✓ No problems.</p>`
    : html`<ul class="diagnostics">
        ${items.map((item) => html`
          <li class=${item.severity}>
            <div><strong class="code">${item.severity} ${item.code}</strong> ${item.message}
              ${item.line ? html` <button type="button" class="link" onClick=${() => onPick?.(item)}>line ${item.line}:${item.column}</button>` : null}</div>
            ${(item.help || []).map((line) => html`<div class="help">${line}</div>`)}
          </li>`)}
      </ul>`;

export function Tabs({ names, current, onPick, label }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const keys = names.map(([key]) => key);
    const next = keys[(keys.indexOf(current) + step + keys.length) % keys.length];
    const list = event.currentTarget;
    onPick(next);
    requestAnimationFrame(() => list.querySelector(`[data-tab="${next}"]`)?.focus());
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} onKeyDown=${move}>
      ${names.map(([key, title, badge]) => html`
        <button type="button" role="tab" key=${key} data-tab=${key} id=${`tab-${key}`} aria-selected=${current === key} aria-controls="panel"
          tabindex=${current === key ? 0 : -1} onClick=${() => onPick(key)}>${title}${badge ? html`<span class="pill">${badge}</span>` : null}</button>`)}
    </div>`;
}

const PARTS = ["succeeded", "failed", "skipped", "running", "waiting_for_subtasks", "retrying", "waiting", "pending"];

// How much of a whole has which status, as one bar.
export function Meter({ counts, total }) {
  const names = PARTS.filter((name) => counts[name]);
  const words = names.map((name) => `${counts[name]} ${statusLabel(name)}`).join(", ");
  return html`<span class="meter" role="img" aria-label=${words || "nothing yet"} title=${words}>
    ${names.filter((name) => name !== "pending").map((name) => html`<i key=${name} class=${`s-${name}`} style=${{ width: `${(100 * counts[name]) / Math.max(1, total)}%` }}></i>`)}</span>`;
}

// What the browser calls this page; back to the plain name when the view is left.
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · planc` : "planc";
    return () => { document.title = "planc"; };
  }, [title]);
}

// Runs an action once at a time; gives [start, busy, problem].
export function useAction(action) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const start = async (...values) => {
    setBusy(true);
    setProblem(null);
    try {
      return await action(...values);
    } catch (error) {
      setProblem(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return [start, busy, problem];
}

// Loads once, again when `key` changes, and with `every` again and again while the page is in sight (the last answer
// stays until there is a new one). Gives [value, problem, reload].
export function useLoad(load, key, every = 0) {
  const [state, setState] = useState({ value: null, problem: null, key });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    let live = true;
    let timer = null;
    const next = () => {
      if (live && every) timer = setTimeout(() => (document.hidden ? next() : ask()), every);
    };
    const ask = () => latest.current().then(
      (value) => live && setState({ value, problem: null, key }),
      (problem) => live && setState((before) => ({ value: every ? before.value : null, problem, key })),
    ).then(next);
    ask();
    return () => { live = false; clearTimeout(timer); };
  }, [key, round]);
  const current = state.key === key ? state : { value: null, problem: null };
  return [current.value, current.problem, () => setRound((number) => number + 1)];
}

// The time now in seconds, again every second while `on`.
export function useNow(on) {
  const [now, setNow] = useState(Date.now() / 1000);
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => setNow(Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, [on]);
  return now;
}
