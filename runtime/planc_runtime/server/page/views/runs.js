// All runs, newest first; kept up to date while the page is open.

import { html, useState } from "../vendor/htm-preact.js";
import { get } from "../api.js";
import { Empty, Loading, Problem, useLoad, useNow } from "../parts.js";
import { walkRows } from "../rows.js";
import { Glyph, Status, statusLabel } from "../status.js";
import { ago, cost, count, cutMiddle, duration, moment } from "../format.js";

const FILTERS = ["", "running", "waiting", "failed", "succeeded", "interrupted", "abandoned", "cancelled", "budget"];
const EVERY_MS = 2500;

const address = (status, after) => {
  const words = new URLSearchParams({ ...(status && { status }), ...(after && { after }) }).toString();
  return `#/runs${words ? `?${words}` : ""}`;
};

export function RunsView({ query }) {
  const status = query.status || "";
  const after = query.after || "";
  const [search, setSearch] = useState("");
  const words = new URLSearchParams({ limit: "100", ...(status && { status }), ...(after && { after }) });
  const [page, problem] = useLoad(() => get(`/api/runs?${words}`), `${words}`, EVERY_MS);
  const wanted = search.trim().toLowerCase();
  const runs = (page?.runs || []).filter((run) => !wanted || `${run.plan} ${run.run_id}`.toLowerCase().includes(wanted));
  return html`
    <section class="page">
      <div class="head">
        <h1>Runs</h1>
        <input type="search" aria-label="Filter by plan or id" placeholder="Filter by plan or id  ( / )" value=${search} onInput=${(event) => setSearch(event.target.value)} />
      </div>
      <nav class="chips" aria-label="Status">${FILTERS.map((name) => html`
        <a key=${name} href=${address(name)} aria-current=${name === status ? "true" : undefined}>${name ? html`<${Glyph} status=${name} size=${14} />` : null}${name ? { waiting: "waiting", budget: "budget", abandoned: "abandoned" }[name] || statusLabel(name) : "all"}</a>`)}</nav>
      ${problem && !page ? html`<${Problem} problem=${problem} />` : null}
      ${!page && !problem ? html`<${Loading} what="runs" />` : null}
      ${page && !page.runs.length ? html`<${NoRuns} status=${status} />` : null}
      ${page?.runs.length && !runs.length ? html`<${Empty} title="Nothing matches"><p>No run on this page has “${search}” in its plan's name or its id.</p><//>` : null}
      ${runs.length ? html`<${RunsTable} runs=${runs} />` : null}
      <p class="pager">${after ? html`<a class="button" href=${address(status)}>Newest runs</a>` : null}
        ${page?.next ? html`<a class="button" href=${address(status, page.next)}>Older runs</a>` : null}</p>
    </section>`;
}

const NoRuns = ({ status }) => status
  ? html`<${Empty} title="No run has this status"><p><a href="#/runs">All runs</a></p><//>`
  : html`<${Empty} title="No runs yet"><p>Start one <a href="#/new">from a goal</a>, from <a href="#/plans">a plan of this folder</a>, or in a terminal:</p><p><code>planc execute PLAN</code></p><//>`;

function RunsTable({ runs }) {
  const now = useNow(true);
  // The server's clock may differ from this one: ages are reckoned by it.
  const ahead = runs[0].now - Date.now() / 1000;
  return html`
  <div class="scroll" onKeyDown=${walkRows}><table class="list">
    <thead><tr><th scope="col">Plan</th><th scope="col">Status</th><th scope="col" class="number less">Done</th><th scope="col" class="number">Took</th><th scope="col" class="number less">Calls</th><th scope="col" class="number less">Cost</th><th scope="col" class="less">Started</th><th scope="col" class="less">Run</th></tr></thead>
    <tbody>${runs.map((run) => html`
      <tr key=${run.run_id} class="open" onClick=${(event) => { if (!event.target.closest("a")) location.hash = `#/runs/${run.run_id}`; }}>
        <td class="name"><a href=${`#/runs/${run.run_id}`} title=${run.plan}>${cutMiddle(run.plan, 48)}</a></td>
        <td><${Status} status=${run.status} words=${run.status === "abandoned" ? "abandoned" : undefined} /></td>
        <td class="number less">${run.done || "–"}</td>
        <td class="number">${run.started_at ? duration((run.ended_at ?? (run.status === "running" ? now + ahead : run.now)) - run.started_at) : ""}</td>
        <td class="number less">${run.usage.calls ? count(run.usage.calls) : "–"}</td>
        <td class="number less">${cost(run.usage) || "–"}</td>
        <td class="soft less" title=${moment(run.started_at)}>${ago(run.started_at, now + ahead)}</td>
        <td class="less"><code class="soft" title=${run.run_id}>…${run.run_id.slice(-6)}</code></td>
      </tr>`)}</tbody>
  </table></div>`;
}
