// The plan files of the server's folder.

import { html, useState } from "../vendor/htm-preact.js";
import { get } from "../api.js";
import { Empty, Loading, Problem, useLoad } from "../parts.js";
import { walkRows } from "../rows.js";
import { Status } from "../status.js";
import { plural } from "../format.js";

const EVERY_MS = 10000;

export function PlansView() {
  const [page, problem] = useLoad(() => get("/api/plans"), "plans", EVERY_MS);
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const plans = (page?.plans || []).filter((plan) => !wanted || `${plan.path} ${plan.goal || ""}`.toLowerCase().includes(wanted));
  return html`
    <section class="page">
      <div class="head"><h1>Plans</h1>
        <input type="search" aria-label="Filter by file or goal" placeholder="Filter by file or goal  ( / )" value=${search} onInput=${(event) => setSearch(event.target.value)} /></div>
      ${problem && !page ? html`<${Problem} problem=${problem} />` : null}
      ${!page && !problem ? html`<${Loading} what="plans" />` : null}
      ${page && !page.plans.length ? html`<${Empty} title="No plan in this folder"><p>There is no <code>*.plan.yaml</code> in ${page.folder}. <a href="#/new">Plan a goal</a>, or write one:</p><p><code>planc init</code></p><//>` : null}
      ${page?.plans.length && !plans.length ? html`<${Empty} title="Nothing matches"><p>No plan has “${search}” in its file's name or its goal.</p><//>` : null}
      ${plans.length ? html`<div class="scroll" onKeyDown=${walkRows}><table class="list">
        <thead><tr><th scope="col">File</th><th scope="col" class="less">Goal</th><th scope="col" class="number less">Tasks</th><th scope="col">Check</th><th scope="col" class="less">Approval</th></tr></thead>
        <tbody>${plans.map((plan) => html`<tr key=${plan.path} class="open" onClick=${(event) => { if (!event.target.closest("a")) location.hash = `#/plans/${encodeURIComponent(plan.path)}`; }}>
          <td class="name"><a href=${`#/plans/${encodeURIComponent(plan.path)}`}>${plan.path}</a></td>
          <td class="wide less"><div class="clamp">${plan.goal || html`<span class="soft">–</span>`}</div></td>
          <td class="number less">${plan.tasks ?? "–"}</td>
          <td>${plan.errors ? html`<${Status} status="failed" words=${plural(plan.errors, "error")} />` : html`<${Status} status="succeeded" words="no errors" />`}</td>
          <td class="less">${{ approved: html`<${Status} status="succeeded" words="approved" />`, changed: html`<${Status} status="changed" words="changed since" />` }[plan.approval] || html`<span class="soft">–</span>`}</td>
        </tr>`)}</tbody></table></div>` : null}
    </section>`;
}
