// One plan file: its graph beside its YAML with the problems in place, estimate and rights, and the form that runs it.

import { html, useMemo, useState } from "../vendor/htm-preact.js";
import { get, post } from "../api.js";
import { Copy, Diagnostics, Loading, Problem, Tabs, useAction, useLoad, useTitle } from "../parts.js";
import { Graph } from "../graph/graph.js";
import { Source, wholeTask } from "../source.js";
import { Status } from "../status.js";
import { useKeys } from "../keys.js";
import { Field } from "./asks.js";
import { count, dollars, duration, plural } from "../format.js";

export function PlanView({ path, query }) {
  const [plan, problem, reload] = useLoad(() => get(`/api/plans/${encodeURIComponent(path)}`), path);
  const [task, setTask] = useState(null);
  const [marked, setMarked] = useState(null);
  useTitle(path);
  const critical = useMemo(() => new Set(plan?.estimate?.critical_path || []), [plan]);
  const names = plan ? [...(plan.graph ? [["graph", "Graph"]] : []), ["plan", "YAML"], ["problems", "Problems", plan.diagnostics.length], ...(plan.graph ? [["run", "Run it"]] : [])] : [];
  const tab = names.some(([name]) => name === query.tab) ? query.tab : names[0]?.[0];
  const go = (next) => { location.hash = `#/plans/${encodeURIComponent(path)}${next === names[0][0] ? "" : `?tab=${next}`}`; };
  useKeys(Object.fromEntries(names.map(([name], index) => [String(index + 1), () => go(name)])));
  if (problem) return html`<section class="page"><h1>${path}</h1><${Problem} problem=${problem} /></section>`;
  if (!plan) return html`<${Loading} what="the plan" />`;
  const pick = (id) => {
    setTask(id);
    const lines = plan.graph.nodes.find((item) => item.id === id && !item.parent)?.lines;
    setMarked(lines ? wholeTask(plan.text, lines) : null);
  };
  const onLine = (line) => {
    const node = plan.graph?.nodes.find((item) => !item.parent && item.lines && line >= item.lines[0] && line <= item.lines[1]);
    if (node) setTask(node.id);
  };
  const source = html`<${Source} content=${plan.text} marked=${marked} items=${plan.diagnostics} onLine=${onLine} />`;
  const errors = plan.diagnostics.filter((item) => item.severity === "error").length;
  return html`
    <section class="full plan">
      <div class="head"><div class="title"><h1>${path} ${errors ? html`<${Status} status="failed" words=${plural(errors, "error")} />` : null}</h1><p class="soft clamp">${plan.goal || ""}</p></div>
        <div class="actions">${plan.approval ? html`<${Approval} path=${path} approval=${plan.approval} onDone=${reload} />` : null}<${Copy} value=${plan.text} label="Copy YAML" />${plan.graph && tab !== "run" ? html`<button type="button" class="primary" onClick=${() => go("run")}>Run it…</button>` : null}</div></div>
      ${plan.approval?.drift.length ? html`<p class="notice banner">Changed since it was approved: ${plan.approval.drift.join("; ")}</p>` : null}
      <${Facts} plan=${plan} />
      <${Tabs} names=${names} current=${tab} label="Views of the plan" onPick=${go} />
      <div id="panel" role="tabpanel" aria-labelledby=${`tab-${tab}`} class=${tab === "graph" ? "halves" : ""}>
        ${tab === "graph" ? html`<${Graph} graph=${plan.graph} selected=${task} critical=${critical} onPick=${pick} />${source}` : null}
        ${tab === "plan" ? source : null}
        ${tab === "problems" ? html`<div class="scrolled"><${Diagnostics} items=${plan.diagnostics} onPick=${(item) => { setMarked([item.line, item.line]); go("plan"); }} /></div>` : null}
        ${tab === "run" ? html`<div class="scrolled"><${RunForm} plan=${plan} source=${{ path }} /></div>` : null}
      </div>
    </section>`;
}

// Whether a person has approved just this plan, with its tools and rights; and the button that does. The approval names
// the digest of what is shown here: a file that changed meanwhile is refused.
function Approval({ path, approval, onDone }) {
  const [approve, busy, problem] = useAction(async () => {
    await post(`/api/plans/${encodeURIComponent(path)}/approve`, { digest: approval.digest });
    onDone();
  });
  if (approval.state === "approved") return html`<${Status} status="succeeded" words=${approval.by ? `approved by ${approval.by}` : "approved"} />`;
  return html`${problem ? html`<${Problem} problem=${problem} />` : null}
    <button type="button" disabled=${busy} title="Say that this plan, with its tools and rights, may run as it stands" onClick=${approve}>${approval.state === "changed" ? "Approve it anew" : "Approve"}</button>`;
}

export const range = (low, high, write = count) => (write(low) === write(high) ? write(low) : `${write(low)} – ${write(high)}`);

const whole = (number) => count(Math.round(number));

// Calls, tokens, cost, time and rights of a checked plan.
export function Facts({ plan }) {
  const { estimate, rights, digest } = plan;
  if (!estimate) return null;
  return html`
    <dl class="facts">
      <div><dt>Model calls</dt><dd>${range(estimate.calls[0], estimate.calls[1], whole)} <small>at most ${whole(estimate.most_calls)}</small></dd></div>
      <div><dt>Tokens</dt><dd>${range(estimate.tokens[0], estimate.tokens[1], whole)}</dd></div>
      <div><dt>Cost</dt><dd>${estimate.usd ? range(estimate.usd[0], estimate.usd[1], dollars) : "unpriced"}</dd></div>
      <div><dt>Critical path</dt><dd>${range(estimate.seconds[0], estimate.seconds[1], duration)}</dd></div>
      <div><dt>Rights</dt><dd>${rights.length ? rights.map((right) => html`<code>${right}</code> `) : html`none <small>beyond the model</small>`}</dd></div>
      <div><dt>Digest</dt><dd><code>${digest.slice(0, 12)}</code> <${Copy} value=${digest} label="Copy" /></dd></div>
    </dl>`;
}

// A value of an input as it is sent; throws an Error that names what is wrong.
function inputValue(name, schema, value) {
  if (schema.type === "integer" || schema.type === "number") return Number(value);
  if ((schema.type === "array" || schema.type === "object") && typeof value === "string") {
    try {
      return JSON.parse(value);
    } catch (error) {
      throw new Error(`${name} is no JSON ${schema.type === "array" ? "list" : "object"}: ${error.message}`);
    }
  }
  return value;
}

// Inputs of a plan, and the button that starts it. `source` is {path} or {text}.
export function RunForm({ plan, source, words = "Run" }) {
  const names = Object.keys(plan.inputs || {});
  const [values, setValues] = useState(() => Object.fromEntries(names.map((name) => {
    const value = plan.inputs[name].default ?? "";
    return [name, typeof value === "object" ? JSON.stringify(value, null, 2) : value];
  })));
  const [start, busy, problem] = useAction(async () => {
    const inputs = {};
    for (const name of names) {
      const schema = plan.inputs[name];
      if (values[name] === "" && schema.type !== "string") continue;
      inputs[name] = inputValue(name, schema, values[name]);
    }
    const answer = await post("/api/runs", { ...source, inputs }, { "idempotency-key": crypto.randomUUID() });
    location.hash = `#/runs/${answer.run_id}`;
  });
  return html`
    <form class="inputs" onSubmit=${(event) => { event.preventDefault(); start(); }}>
      ${names.length ? names.map((name) => html`
        <div class="field" key=${name}><label for=${`in-${name}`}>${name} <small>${plan.inputs[name].description || plan.inputs[name].type || ""}</small></label>
          <${Field} short id=${`in-${name}`} schema=${plan.inputs[name]} value=${values[name]} onChange=${(value) => setValues({ ...values, [name]: value })} /></div>`) : html`<p class="soft">This plan has no inputs.</p>`}
      <div class="actions"><button type="submit" class="primary" disabled=${busy}>${busy ? "Starting…" : words}</button></div>
      ${problem ? html`<${Problem} problem=${problem} />` : null}
    </form>`;
}
