// Questions and approvals that runs wait for. An answer carries the digest of what was shown.

import { html, useState } from "../vendor/htm-preact.js";
import { get, post } from "../api.js";
import { Empty, Loading, Problem, useAction, useLoad, useTitle } from "../parts.js";
import { Source } from "../source.js";
import { moment, plural, text } from "../format.js";

const EVERY_MS = 3000;

export function AsksView() {
  const [page, problem, reload] = useLoad(() => get("/api/asks"), "asks", EVERY_MS);
  useTitle(page?.asks.length ? `(${page.asks.length}) Questions` : "Questions");
  return html`
    <section class="page narrow">
      <div class="head"><h1>Questions</h1>${page?.asks.length ? html`<p class="soft">${plural(page.asks.length, "answer")} waited for</p>` : null}</div>
      ${problem && !page ? html`<${Problem} problem=${problem} />` : null}
      ${!page && !problem ? html`<${Loading} what="questions" />` : null}
      ${page?.asks.map((ask) => html`
        <article class="card question" key=${`${ask.run_id} ${ask.instance} ${ask.question.digest}`}>
          <header><h2><a href=${`#/runs/${ask.run_id}/${encodeURIComponent(ask.instance)}`}>${ask.plan} <span class="soft">/</span> ${ask.instance}</a></h2>
            <code class="soft" title=${ask.run_id}>…${ask.run_id.slice(-6)}</code></header>
          <${AnswerForm} runId=${ask.run_id} instance=${ask.instance} question=${ask.question} onDone=${() => setTimeout(reload, 800)} />
        </article>`)}
      ${page && !page.asks.length ? html`<${Empty} title="Nobody waits for you"><p>A task of kind <code>ask</code> puts its question here, and a goal with <code>approve: true</code> its plan; the run waits, for days if need be.</p><//>` : null}
    </section>`;
}

// The first value a field of this schema shows.
const initial = (schema) => (schema?.enum ? schema.enum[0] : "");

// A typed value from what was entered, or an Error that says what is wrong.
function typed(schema, entered) {
  const type = schema?.type;
  if (type === "boolean" || schema?.enum) return entered;
  if (type === "integer" || type === "number") {
    const number = Number(entered);
    if (entered === "" || Number.isNaN(number)) throw new Error("Enter a number.");
    return number;
  }
  if (type && type !== "string") {
    try {
      return JSON.parse(entered);
    } catch {
      throw new Error(`Enter ${type === "array" ? "a JSON list" : "a JSON object"}.`);
    }
  }
  return entered;
}

// A plan that waits for approval stands in its question as YAML after the first words.
function parts(question) {
  const words = text(question);
  const start = words.search(/^(# yaml-language-server.*\n)?version: \d/m);
  return start === -1 ? [words, null] : [words.slice(0, start).trim(), words.slice(start)];
}

export function AnswerForm({ runId, instance, question, onDone }) {
  const schema = question.schema || { type: "string" };
  const [entered, setEntered] = useState(initial(schema));
  const [sent, setSent] = useState(false);
  const [send, busy, problem] = useAction(async (value) => {
    await post(`/api/runs/${encodeURIComponent(runId)}/answers`, { instance, answer: typed(schema, value), digest: question.digest });
    setSent(true);
    onDone?.();
  });
  if (sent) return html`<p class="good" role="status">✓ Answered. The run goes on.</p>`;
  const id = `answer-${runId}-${instance}`;
  const [words, plan] = parts(question.question);
  const isBoolean = schema.type === "boolean" && !schema.enum;
  return html`
    <form class="ask" aria-label=${`Question of ${instance}`} onSubmit=${(event) => { event.preventDefault(); if (!isBoolean) send(entered); }}>
      ${isBoolean ? html`<div class="words">${words}</div>` : html`<label for=${id} class="words">${words}</label>`}
      ${plan ? html`<${Source} content=${plan} label="The plan to approve" />` : null}
      ${isBoolean ? null : html`<${Field} id=${id} schema=${schema} value=${entered} onChange=${setEntered} />`}
      <div class="actions">
        ${isBoolean
          ? html`<button type="button" class="primary" disabled=${busy} onClick=${() => send(true)}>${plan ? "Approve" : "Yes"}</button>
              <button type="button" disabled=${busy} onClick=${() => send(false)}>${plan ? "Decline" : "No"}</button>`
          : html`<button type="submit" class="primary" disabled=${busy}>Answer</button>`}
        ${question.expires_at ? html`<span class="soft">until ${moment(question.expires_at)}</span>` : null}
      </div>
      ${problem ? html`<${Problem} problem=${problem} />` : null}
    </form>`;
}

const LONG = 80;

export function Field({ id, schema, value, onChange, short }) {
  const set = (event) => onChange(event.target.value);
  if (schema.enum) return html`<select id=${id} value=${value} onChange=${(event) => onChange(schema.enum[event.target.selectedIndex])}>${schema.enum.map((option) => html`<option>${text(option)}</option>`)}</select>`;
  if (schema.type === "boolean") {
    return html`<select id=${id} value=${value ? "yes" : "no"} onChange=${(event) => onChange(event.target.value === "yes")}><option value="yes">yes</option><option value="no">no</option></select>`;
  }
  if (schema.type === "integer" || schema.type === "number") return html`<input id=${id} type="number" step=${schema.type === "integer" ? 1 : "any"} value=${value} onInput=${set} />`;
  if (short && schema.type === "string" && String(value).length <= LONG) return html`<input id=${id} type="text" value=${value} onInput=${set} />`;
  const data = schema.type === "array" || schema.type === "object";
  return html`<textarea id=${id} class=${data ? "data" : ""} rows=${Math.min(8, Math.max(3, String(value).split("\n").length))} value=${value} onInput=${set}></textarea>`;
}
