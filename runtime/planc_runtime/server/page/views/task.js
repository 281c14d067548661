// One task instance (or all instances of one task): question, error, output, prompt, attempts, tokens, turns, memory, lines.

import { html, useMemo } from "../vendor/htm-preact.js";
import { get } from "../api.js";
import { Copy, Download, Meter, Problem, Value, useLoad } from "../parts.js";
import { Source, wholeTask } from "../source.js";
import { Status } from "../status.js";
import { indexOf, taskOf } from "../state.js";
import { summarise } from "../summary.js";
import { cost, count, cut, duration, plural } from "../format.js";
import { AnswerForm } from "./asks.js";
import { Past } from "./overview.js";
import { Memory, Turns } from "./turns.js";

export function TaskPanel({ runId, run, instance, graph, version, past, now, onClose, onPick }) {
  const task = taskOf(instance);
  const node = graph.nodes.find((item) => item.id === task);
  const item = run.instances.get(instance);
  const parts = useMemo(() => (run.byTask.get(task) || []).filter((other) => other.index !== null), [run, version, task]);
  const children = useMemo(() => graph.nodes.filter((other) => other.parent === task), [graph, task]);
  const readers = useMemo(() => graph.nodes.filter((other) => other.reads?.includes(task)), [graph, task]);
  const all = instance === task && parts.length > 0;
  const status = all ? summarise(run, task, node?.collects).status : item?.status || "pending";
  return html`
    <aside class="side task" aria-label=${`Task ${instance}`}>
      <div class="head"><h2 class="wrap">${instance}</h2><div class="actions"><${Copy} value=${() => location.href} label="Copy link" /><button type="button" class="small" title="Close (Esc)" onClick=${onClose}>Close</button></div></div>
      ${past ? html`<${Past} run=${run} />` : null}
      <p class="what"><${Status} status=${status} /> <span class="soft">${node ? node.detail : ""}</span></p>
      ${item && indexOf(instance) !== null ? html`<${Siblings} parts=${parts} item=${item} task=${task} onPick=${onPick} />` : null}
      ${item && !all ? html`<${Instance} key=${instance} runId=${runId} item=${item} past=${past} now=${now} />` : null}
      ${all ? html`<${Instances} parts=${parts} run=${run} task=${task} onPick=${onPick} />` : null}
      ${!item && !parts.length ? html`<p class="soft">${run.expanded.has(task) ? "Its list was empty: there was nothing to do." : "Not started."}</p>` : null}
      ${children.length ? html`<section><h3>${plural(children.length, "subtask")}</h3><ul class="links">${children.map((child) => html`
        <li key=${child.id}><button type="button" class="link" onClick=${() => onPick(child.id)}>${child.id.slice(task.length + 1)}</button> <span class="soft">${child.detail}</span></li>`)}</ul></section>` : null}
      ${node?.kind === "agent" ? html`<${Memory} runId=${runId} task=${task} version=${item ? item.turns.length : 0} />` : null}
      <${Links} words="Reads" ids=${node?.reads || []} onPick=${onPick} />
      <${Links} words="Read by" ids=${readers.map((other) => other.id)} onPick=${onPick} />
      <${PlanLines} run=${run} graph=${graph} node=${node} instance=${instance} />
    </aside>`;
}

const Links = ({ words, ids, onPick }) => (ids.length
  ? html`<p class="reads"><span class="label">${words}</span> ${ids.slice(0, 30).map((id) => html`<button type="button" key=${id} class="link" onClick=${() => onPick(id)}>${id}</button> `)}${ids.length > 30 ? html`<span class="soft">and ${ids.length - 30} more</span>` : null}</p>`
  : null);

// The task's own lines: of the plan's file, or of the plan that was made for the goal it belongs to.
function PlanLines({ run, graph, node, instance }) {
  const made = run.subplans.get(instance) || (node?.parent && subplanOf(run, instance));
  if (made && !node?.parent) return html`<details><summary>The plan that was made for it</summary><div class="tools"><span></span><span class="buttons"><${Copy} value=${made.text} /><${Download} value=${made.text} name=${taskOf(instance).replaceAll("/", "-")} /></span></div><${Source} content=${made.text} label="Plan of the goal" /></details>
    ${node?.lines ? html`<${Lines} text=${graph.text} lines=${node.lines} />` : null}`;
  if (!node?.lines) return null;
  const text = node.parent ? made?.text : graph.text;
  return text ? html`<${Lines} text=${text} lines=${node.lines} />` : null;
}

// "work[2]/draft[0]" → what was planned for "work[2]".
const subplanOf = (run, instance) => run.subplans.get(instance.slice(0, instance.lastIndexOf("/")));

const Lines = ({ text, lines: known }) => {
  const lines = wholeTask(text, known);
  const own = text.split("\n").slice(lines[0] - 1, lines[1]).join("\n");
  return html`<details open><summary>Plan, lines ${lines[0]}–${lines[1]}</summary><div class="tools"><span></span><${Copy} value=${own} /></div><${Source} content=${own} first=${lines[0]} label=${`Plan, lines ${lines[0]} to ${lines[1]}`} /></details>`;
};

// One instance back and on, among those of the same foreach.
function Siblings({ parts, item, task, onPick }) {
  const at = parts.findIndex((other) => other.id === item.id);
  return html`<div class="siblings"><button type="button" class="small" disabled=${at <= 0} aria-label="Instance before" onClick=${() => onPick(parts[at - 1].id)}>‹</button>
    <button type="button" class="link" onClick=${() => onPick(task)}>instance ${at + 1} of ${parts.length}</button>
    <button type="button" class="small" disabled=${at >= parts.length - 1} aria-label="Instance after" onClick=${() => onPick(parts[at + 1].id)}>›</button></div>`;
}

const LISTED = 300;

function Instances({ parts, run, task, onPick }) {
  const { counts, total, done } = summarise(run, task);
  const shown = parts.slice(0, LISTED);
  return html`
    <section><p class="what"><${Meter} counts=${counts} total=${total} /> <span>${done} of ${total} done</span></p>
    <ul class="links instances">${shown.map((part) => html`
      <li key=${part.id}><button type="button" class="link" onClick=${() => onPick(part.id)}>[${part.index}]</button> <${Status} status=${part.status} />
        <span class="one soft">${part.error && part.status !== "succeeded" ? part.error.message : preview(part)}</span></li>`)}</ul>
    ${parts.length > shown.length ? html`<p class="soft">The first ${shown.length} are listed; the Tasks view has all of them.</p>` : null}</section>`;
}

const preview = (part) => (part.output === undefined || part.output === null ? "" : cut(typeof part.output === "string" ? part.output : JSON.stringify(part.output), 90));

function Instance({ runId, item, past, now }) {
  const asked = item.attempts.length > 0 || item.reusedFrom || item.endedAt;
  const [detail, problem] = useLoad(
    () => (asked ? get(`/api/runs/${encodeURIComponent(runId)}/instances/${encodeURIComponent(item.id)}`) : Promise.resolve(null)),
    `${item.id} ${item.status} ${item.attempts.length}`,
  );
  const request = detail?.request ?? item.request;
  // The server knows the whole of a long output; the history shows only what was there then.
  const output = item.status === "succeeded" && detail && "output" in detail ? detail.output : item.output;
  const showError = item.error && item.status !== "succeeded" && item.status !== "running";
  return html`
    <${Figures} item=${item} now=${now} />
    ${item.status === "waiting" && item.question && !past ? html`<${AnswerForm} runId=${runId} instance=${item.id} question=${item.question} />` : null}
    ${item.reason ? html`<p class="notice">Skipped: ${item.reason}</p>` : null}
    ${item.reusedFrom ? html`<p class="notice">Taken over from ${/^[0-9A-Z]{20,}$/.test(item.reusedFrom) ? html`<a href=${`#/runs/${item.reusedFrom}`}>an earlier run</a>` : item.reusedFrom}; nothing was run or paid.</p>` : null}
    ${item.recovered ? html`<p class="notice">It failed; the plan's <code>on_error</code> value took the place of its result.</p>` : null}
    ${showError ? html`<div class="problem"><strong>${item.error.code} ${String(item.error.kind).replaceAll("_", " ")}</strong><p>${item.error.message}</p>${item.error.help ? html`<p class="help">${item.error.help}</p>` : null}</div>` : null}
    ${problem ? html`<${Problem} problem=${problem} />` : null}
    ${output !== undefined && output !== null ? html`<${Value} label="Output" value=${output} />` : null}
    ${item.answer ? html`<p class="soft">Answered by ${item.answer.by}.</p>` : null}
    ${request && item.status !== "waiting" ? html`<${Request} request=${request} />` : null}
    ${item.turns.length ? html`<${Turns} turns=${item.turns} />` : null}
    <${Attempts} item=${item} now=${now} />`;
}

// How long, how often, how many tokens, how much: what there is of it.
function Figures({ item, now }) {
  const { usage } = item;
  const facts = [
    ["Took", item.startedAt === null ? "" : duration((item.endedAt ?? now) - item.startedAt)],
    ["Attempts", item.attempts.length > 1 ? String(item.attempts.length) : ""],
    ["Tokens in", usage?.calls ? count(usage.input_tokens) + (usage.cached_tokens ? ` (${count(usage.cached_tokens)} cached)` : "") : ""],
    ["Tokens out", usage?.calls ? count(usage.output_tokens) : ""],
    ["Cost", cost(usage)],
    ["Model", item.model || ""],
  ].filter(([, value]) => value);
  return facts.length ? html`<dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd class="wrap">${value}</dd></div>`)}</dl>` : null;
}

function Request({ request }) {
  if (Array.isArray(request.messages)) return html`${request.messages.map((message, index) => html`<${Value} key=${index} label=${`Prompt (${message.role})`} value=${message.content} />`)}`;
  const words = request.prompt ?? request.agent ?? request.goal;
  if (typeof words === "string") {
    return html`<${Value} label="Prompt" value=${words} />${request.system ? html`<${Value} label="System" value=${request.system} />` : null}`;
  }
  if (request.arguments) return html`<${Value} label=${`Arguments${request.tool ? ` of ${request.tool}` : ""}`} value=${request.arguments} />`;
  return html`<${Value} label="Request" value=${request} />`;
}

function Attempts({ item, now }) {
  if (!item.attempts.length) return null;
  return html`
    <section><h3>${plural(item.attempts.length, "attempt")}</h3>
    <table class="attempts"><thead><tr><th scope="col" class="number">#</th><th scope="col">Outcome</th><th scope="col" class="number">Took</th></tr></thead>
      <tbody>${item.attempts.map((attempt, index) => html`<tr key=${index}><td class="number">${attempt.number}</td>
        <td><${Status} status=${{ asked: "waiting" }[attempt.outcome] || attempt.outcome} words=${attempt.outcome} />${attempt.error ? html`<p>${attempt.error.code} ${attempt.error.message}</p>` : null}${attempt.retryIn !== null && attempt.retryIn !== undefined ? html`<p class="soft">the next after ${duration(attempt.retryIn)}</p>` : null}</td>
        <td class="number">${duration((attempt.endedAt ?? now) - attempt.startedAt)}</td></tr>`)}</tbody></table></section>`;
}
