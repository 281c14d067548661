// The API's documentation, drawn from the OpenAPI document of this very server; nothing comes from anywhere else.

import { html, render, useEffect, useState } from "../vendor/htm-preact.js";
import { Schema, Type } from "./schema.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

// The operations of the document in its own order, each with its path, method and id.
export function operations(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );
}

// Does an operation have all of the words, wherever they stand?
export function matches(operation, words) {
  const text = `${operation.method} ${operation.path} ${operation.summary} ${operation.tags.join(" ")}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.includes(word));
}

// The request as a command: paths and bodies are to be filled in where they are written in capitals.
export function command({ method, path, requestBody }) {
  const address = `${location.origin}${path.replace(/\{(\w+)\}/g, (_, name) => name.toUpperCase())}`;
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}'${address}'`, `  -H "Authorization: Bearer $PLANC_TOKEN"`];
  if (requestBody) lines.push(`  -H 'Content-Type: application/json'`, `  -d 'BODY'`);
  return lines.join(" \\\n");
}

function Copy({ text }) {
  const [done, setDone] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => {
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  });
  return html`<button type="button" onClick=${copy}>${done ? "Copied" : "Copy"}</button>`;
}

const Method = ({ name }) => html`<span class=${`method ${name}`}>${name.toUpperCase()}</span>`;

const Parameters = ({ items }) => html`
  <h4>Parameters</h4>
  <table>
    <thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
    <tbody>${items.map((item) => html`
      <tr><td><code>${item.name}</code>${item.required ? html` <span class="required">required</span>` : null}</td>
        <td>${item.in}</td><td><${Type} schema=${item.schema} /></td><td>${item.description || item.schema.description || ""}</td></tr>`)}
    </tbody>
  </table>`;

const Content = ({ content }) => Object.entries(content || {}).map(([kind, { schema }]) => html`
  <div class="content"><span class="kind">${kind}</span> <${Schema} schema=${schema || {}} /></div>`);

function Responses({ responses }) {
  const all = Object.entries(responses);
  const good = all.filter(([status]) => Number(status) < 400);
  const bad = all.filter(([status]) => Number(status) >= 400);
  return html`
    <h4>Answers</h4>
    ${good.map(([status, answer]) => html`<div><span class="status good">${status}</span> ${answer.description === "Successful Response" ? "Done" : answer.description}<${Content} content=${answer.content} /></div>`)}
    <details><summary>${bad.length} kinds of problems</summary>
      <p>Each is a <a href="#schema-Problem">Problem</a> as <code>application/problem+json</code>.</p>
      <ul>${bad.map(([status, answer]) => html`<li><span class="status">${status}</span> ${answer.description}</li>`)}</ul>
    </details>`;
}

const Operation = ({ operation }) => html`
  <section class="operation" id=${operation.operationId} aria-labelledby=${`${operation.operationId}-title`}>
    <h3 id=${`${operation.operationId}-title`}><${Method} name=${operation.method} /> <code>${operation.path}</code> ${" "}<a class="anchor" href=${`#${operation.operationId}`} aria-label=${`Link to ${operation.summary}`}>#</a></h3>
    <p class="summary">${operation.summary}${operation.security ? "" : " (no token)"}</p>
    ${operation.description ? html`<p>${operation.description}</p>` : null}
    ${operation.parameters?.length ? html`<${Parameters} items=${operation.parameters} />` : null}
    ${operation.requestBody ? html`<h4>Body</h4><${Content} content=${operation.requestBody.content} />` : null}
    <${Responses} responses=${operation.responses} />
    <h4>As a command</h4>
    <div class="command"><pre tabindex="0" aria-label="curl command">${command(operation)}</pre><${Copy} text=${command(operation)} /></div>
  </section>`;

function Docs({ document: api }) {
  const [words, setWords] = useState("");
  const shown = operations(api).filter((operation) => matches(operation, words));
  const groups = api.tags.map((tag) => ({ ...tag, items: shown.filter((operation) => operation.tags.at(-1) === tag.name) }));
  useEffect(() => {
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);
  return html`
    <header><h1>${api.info.title} API <small>${api.info.version}</small></h1>
      <p><a href="../">Runs and plans</a> · <a href="../api/openapi.json">OpenAPI document</a></p></header>
    <div class="columns">
      <nav aria-label="Operations">
        <label for="filter">Filter</label>
        <input id="filter" type="search" value=${words} onInput=${(event) => setWords(event.target.value)} />
        <p role="status">${shown.length === 1 ? "1 operation" : `${shown.length} operations`}</p>
        ${groups.filter((group) => group.items.length).map((group) => html`
          <h2>${group.name}</h2>
          <ul>${group.items.map((operation) => html`
            <li><a href=${`#${operation.operationId}`}><${Method} name=${operation.method} /><span>${operation.summary.split(";")[0]}</span></a></li>`)}</ul>`)}
        <h2>schemas</h2>
        <ul>${Object.keys(api.components.schemas).map((name) => html`<li><a href=${`#schema-${name}`}>${name}</a></li>`)}</ul>
      </nav>
      <main>
        ${api.info.description.split("\n\n").map((text) => html`<p>${text}</p>`)}
        ${groups.filter((group) => group.items.length).map((group) => html`
          <h2 id=${`tag-${group.name}`}>${group.name}</h2><p>${group.description}</p>
          ${group.items.map((operation) => html`<${Operation} key=${operation.operationId} operation=${operation} />`)}`)}
        <h2>schemas</h2>
        ${Object.entries(api.components.schemas).map(([name, schema]) => html`
          <section class="schema" id=${`schema-${name}`}><h3>${name}</h3><${Schema} schema=${schema} /></section>`)}
      </main>
    </div>`;
}

const Failure = ({ text }) => html`
  <main><h1>planc API</h1><p role="alert">${text}</p>
    <p>Open the address that <code>planc serve</code> printed first: it carries the token.</p></main>`;

async function start() {
  const place = document.getElementById("docs");
  const response = await fetch("../api/openapi.json", { credentials: "same-origin" });
  const body = await response.json();
  render(response.ok ? html`<${Docs} document=${body} />` : html`<${Failure} text=${body.detail} />`, place);
}

start();
