// Two plans drawn as one graph: added, removed, changed, renamed; with what it costs and the fields that changed.

import { html, useMemo, useState } from "../vendor/htm-preact.js";
import { get, post } from "../api.js";
import { Empty, Loading, Problem, useLoad, useTitle } from "../parts.js";
import { Graph } from "../graph/graph.js";
import { Glyph } from "../status.js";
import { count, dollars, duration, plural, text } from "../format.js";
import { range } from "./plan.js";

export function DiffView({ query }) {
  const [page, problem] = useLoad(() => get("/api/plans"), "plans");
  useTitle("Diff");
  const { before, after } = query;
  if (problem) return html`<section class="page"><h1>Diff</h1><${Problem} problem=${problem} /></section>`;
  if (!page) return html`<${Loading} what="plans" />`;
  const address = (one, other) => `#/diff?${new URLSearchParams({ before: one || "", after: other || "" })}`;
  const options = html`<option value="">choose a plan…</option>${page.plans.map((plan) => html`<option value=${plan.path}>${plan.path}</option>`)}`;
  return html`
    <section class="full diff">
      <div class="head"><h1>Diff</h1>
        <div class="choose">
          <label>Before <select value=${before || ""} onChange=${(event) => { location.hash = address(event.target.value, after); }}>${options}</select></label>
          <a class="button" href=${address(after, before)} aria-label="Swap the two plans" title="Swap">⇄</a>
          <label>After <select value=${after || ""} onChange=${(event) => { location.hash = address(before, event.target.value); }}>${options}</select></label>
        </div></div>
      ${before && after
        ? html`<${Diff} key=${`${before} ${after}`} before=${{ path: before }} after=${{ path: after }} />`
        : html`<${Empty} title="Choose two plans"><p>What was added, removed, changed and renamed is drawn as one graph, with the words that changed and what it does to the costs.</p><p>Two versions of one file in git: <code>planc diff REV -- FILE</code></p><//>`}
    </section>`;
}

const LEGEND = ["added", "removed", "changed", "renamed", "same"];
const SIGNS = ["added", "removed", "changed", "renamed"];

export function Diff({ before, after }) {
  const [diff, problem] = useLoad(() => post("/api/diff", { before, after }), "diff");
  const [task, setTask] = useState(null);
  const marks = useMemo(() => new Map((diff?.graph.nodes || []).map((node) => [node.id, node.mark])), [diff]);
  const notes = useMemo(() => new Map((diff?.imports || []).flatMap((part) => part.run_by.map((id) => [id, `its sub-plan ${part.change}: ${inside(part)}`]))), [diff]);
  if (problem) return html`<${Problem} problem=${problem} />`;
  if (!diff) return html`<${Loading} what="the difference" />`;
  if (diff.empty) return html`<${Empty} title="Both plans mean the same"><p>Names, order and wording of the files may differ; what runs does not.</p><//>`;
  const totals = SIGNS.map((name) => [name, diff.tasks.filter((change) => change.change === name).length]).filter(([, number]) => number);
  return html`
    <dl class="facts">
      ${totals.map(([name, number]) => html`<div><dt>${name}</dt><dd><${Glyph} status=${name} /> ${number}</dd></div>`)}
      ${diff.imports.length ? html`<div><dt>sub-plans</dt><dd>${diff.imports.length}</dd></div>` : null}
      <${Estimates} diff=${diff} />
    </dl>
    <div class="halves">
      <${Graph} graph=${diff.graph} marks=${marks} notes=${notes} selected=${task} legend=${LEGEND} onPick=${(id) => setTask(id === task ? null : id)} />
      <div class="scrolled changes-box" tabindex="0" role="region" aria-label="Changes">
        ${task ? html`<${OfTask} diff=${diff} task=${task} mark=${marks.get(task)} onPick=${setTask} />` : html`<${OfAll} diff=${diff} onPick=${setTask} />`}
      </div>
    </div>`;
}

// What is in a sub-plan's change, in words: "2 changed, 1 added".
function inside(part) {
  const words = SIGNS.map((name) => [name, part.tasks.filter((change) => change.change === name).length]).filter(([, number]) => number).map(([name, number]) => `${number} ${name}`);
  return [...words, ...(part.envelope.length ? ["around the tasks"] : [])].join(", ") || (part.change === "changed" ? "in a plan that it runs" : part.path);
}

function OfAll({ diff, onPick }) {
  return html`
    <${Changes} items=${diff.tasks.map((change) => html`<${Change} key=${change.id} change=${change} onPick=${() => onPick(change.id)} />`)} />
    <${Around} fields=${diff.envelope} />
    ${diff.imports.map((part) => html`<${SubPlan} key=${`${part.previous_path} ${part.path}`} part=${part} onPick=${onPick} />`)}
    ${diff.rights_added.length ? html`<p class="notice">New rights: ${diff.rights_added.map((right) => html`<code>${right}</code> `)}</p>` : null}
    ${diff.rights_removed.length ? html`<p class="soft">Rights no longer needed: ${diff.rights_removed.map((right) => html`<code>${right}</code> `)}</p>` : null}
    <h2>Runs again</h2><ul class="reruns">${diff.reruns.length ? diff.reruns.map((item) => html`<li><strong>${item.id}</strong> <span class="soft">${item.reason}</span></li>`) : html`<li class="soft">nothing: all results can be taken over</li>`}</ul>`;
}

const WITHOUT_WORDS = {
  added: "This task is new: it came with its sub-plan.",
  removed: "This task is gone with its sub-plan.",
  same: "This task is the same in both plans.",
};

// The changes of one task of the graph: its own, or as one of a sub-plan; and those of the sub-plan that it runs.
function OfTask({ diff, task, mark, onPick }) {
  const own = diff.tasks.filter((change) => change.id === task);
  const within = diff.imports.filter((part) => part.run_by.some((id) => task.startsWith(`${id}/`)))
    .flatMap((part) => part.tasks.filter((change) => part.run_by.some((id) => `${id}/${change.id}` === task)));
  const parts = diff.imports.filter((part) => part.run_by.includes(task));
  return html`
    <p class="tools"><span class="label wrap">${task}</span><button type="button" class="small" onClick=${() => onPick(null)}>All changes</button></p>
    ${own.length || within.length || parts.length ? null : html`<p class="soft">${WITHOUT_WORDS[mark]}</p>`}
    <${Changes} items=${[...own, ...within].map((change) => html`<${Change} key=${change.id} change=${change} onPick=${() => onPick(task)} />`)} />
    ${parts.map((part) => html`<${SubPlan} key=${`${part.previous_path} ${part.path}`} part=${part} user=${task} onPick=${onPick} />`)}`;
}

// A sub-plan that came, went or changed, with its own changes; they are picked where `user` (or the first task that does) runs it.
function SubPlan({ part, user = part.run_by[0], onPick }) {
  const title = `sub-plan-${part.run_by[0]}`;
  return html`
    <section class="sub-plan" aria-labelledby=${title}>
      <h2 id=${title} class="what"><${Glyph} status=${part.change} /> <span class="wrap">Sub-plan <code>${part.previous_path ? `${part.previous_path} → ` : ""}${part.path}</code></span> <span class="soft">${part.change}</span></h2>
      <p class="soft">${part.change === "removed" ? "It was run by" : "Run by"} ${part.run_by.map((id, index) => html`${index ? ", " : ""}<button type="button" class="link" key=${id} onClick=${() => onPick(id)}>${id}</button>`)}${part.change === "changed" && !part.tasks.length && !part.envelope.length ? "; it runs a plan that changed" : ""}</p>
      <${Changes} items=${part.tasks.map((change) => html`<${Change} key=${change.id} change=${change} onPick=${() => onPick(`${user}/${change.id}`)} />`)} />
      <${Around} fields=${part.envelope} level="h3" />
    </section>`;
}

const Changes = ({ items }) => (items.length ? html`<ul class="changes">${items}</ul>` : null);

const Around = ({ fields, level = "h2" }) =>
  fields.length ? html`<${level}>Around the tasks<//><${Changes} items=${fields.map((field) => html`<li class="s-changed"><div class="field-change"><code>${field.path}</code> <${Words} field=${field} /></div></li>`)} />` : null;

function Estimates({ diff }) {
  if (!diff.before || !diff.after) return null;
  const rows = [
    ["Model calls", (one) => range(one.calls[0], one.calls[1], (value) => count(Math.round(value)))],
    ["Cost", (one) => (one.usd ? range(one.usd[0], one.usd[1], dollars) : "unpriced")],
    ["Critical path", (one) => range(one.seconds[0], one.seconds[1], duration)],
  ];
  return rows.map(([name, write]) => {
    const [old, fresh] = [write(diff.before), write(diff.after)];
    return html`<div key=${name}><dt>${name}</dt><dd>${old === fresh ? old : html`${old} <span class="soft" aria-label="becomes">→</span> <b>${fresh}</b>`}</dd></div>`;
  });
}

const Change = ({ change, onPick }) => html`
  <li class=${`s-${change.change}`}>
    <div class="what"><${Glyph} status=${change.change} /> <button type="button" class="link strong" onClick=${onPick}>${change.previous_id ? `${change.previous_id} → ` : ""}${change.id}</button> <span class="soft">${change.kind}, ${change.change}</span></div>
    ${change.fields.map((field) => html`<div class="field-change"><code>${field.path}</code> <${Words} field=${field} /></div>`)}
  </li>`;

const Words = ({ field }) =>
  field.pieces
    ? html`<span class="words">${field.pieces.map(([kind, piece]) => (kind === "same" ? piece : kind === "added" ? html`<ins>${piece}</ins>` : html`<del>${piece}</del>`))}</span>`
    : html`${field.before !== null ? html`<del>${text(field.before)}</del>` : null} ${field.after !== null ? html`<ins>${text(field.after)}</ins>` : null}`;
