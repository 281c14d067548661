// The run as a whole, beside its graph: what wants attention first, then how far it is, what came out, what went in.

import { html, useMemo } from "../vendor/htm-preact.js";
import { Value } from "../parts.js";
import { Glyph, statusLabel } from "../status.js";
import { baseName, plural } from "../format.js";
import { AnswerForm } from "./asks.js";

const ORDER = ["failed", "waiting", "retrying", "running", "waiting_for_subtasks", "pending", "succeeded", "skipped"];
const MOST = 8;
const SHORT = 600;

export const Past = ({ run }) => html`<p class="notice" role="status">As it was at event ${run.seq}.</p>`;

export function RunPanel({ runId, run, tab, past, totals, graph, version, onPick, onStatus }) {
  const items = useMemo(() => [...run.instances.values()], [run, version]);
  const failed = items.filter((item) => item.status === "failed");
  const asked = past ? [] : items.filter((item) => item.status === "waiting" && item.question);
  const inputs = Object.entries(run.inputs);
  const outputs = tab === "outputs" ? [] : Object.entries(run.outputs || {});
  return html`
    <aside class="side overview" aria-label="The run as a whole">
      ${past ? html`<${Past} run=${run} />` : null}
      ${asked.map((item) => html`<section class="card question" key=${item.id}><h2><button type="button" class="link strong" onClick=${() => onPick(item.id)}>${item.id}</button> <span class="soft">asks</span></h2>
        <${AnswerForm} runId=${runId} instance=${item.id} question=${item.question} /></section>`)}
      ${failed.length ? html`<section><h2>${plural(failed.length, "failure")}</h2><ul class="failures">${failed.slice(0, MOST).map((item) => html`
        <li key=${item.id}><button type="button" class="link strong" onClick=${() => onPick(item.id)}>${item.id}</button><p>${item.error ? `${item.error.code} ${item.error.message}` : ""}</p></li>`)}</ul>
        ${failed.length > MOST ? html`<p><button type="button" class="link" onClick=${() => onStatus("failed")}>All ${failed.length}</button></p>` : null}</section>` : null}
      <section><h2>Tasks</h2><ul class="counts">${ORDER.filter((name) => totals.counts[name]).map((name) => html`
        <li key=${name}><button type="button" onClick=${() => onStatus(name)}><${Glyph} status=${name} /><span>${statusLabel(name)}</span><b>${totals.counts[name]}</b></button></li>`)}</ul></section>
      ${outputs.length ? html`<section><h2>Outputs</h2>${outputs.map(([name, value]) => html`<${Value} key=${name} label=${name} value=${value} />`)}</section>` : null}
      ${inputs.length ? html`<section><details open=${!outputs.length && !asked.length && JSON.stringify(run.inputs).length < SHORT}><summary>${plural(inputs.length, "input")}</summary>${inputs.map(([name, value]) => html`<${Value} key=${name} label=${name} value=${value} />`)}</details></section>` : null}
      <p class="soft">${baseName(graph.file)}</p>
    </aside>`;
}
