// One run: what it is and what can be done with it, its views, and the selected task (or the run as a whole) beside them.

import { html, useEffect, useMemo, useState } from "../vendor/htm-preact.js";
import { post, recording } from "../api.js";
import { Copy, Download, Empty, Loading, Meter, Problem, Tabs, Value, useAction, useNow, useTitle } from "../parts.js";
import { Graph } from "../graph/graph.js";
import { Source, wholeTask } from "../source.js";
import { Status, statusLabel } from "../status.js";
import { Timeline } from "../timeline.js";
import { useKeys } from "../keys.js";
import { fold, taskOf } from "../state.js";
import { Summaries, countAll, criticalInstances, statusOfRun } from "../summary.js";
import { baseName, cost, count, duration, moment, plural } from "../format.js";
import { useEvents, useGraph, useRunSummary } from "../following.js";
import { Scrubber } from "./scrubber.js";
import { Actions, LIVE } from "./actions.js";
import { EventList, TaskList } from "./lists.js";
import { RunPanel } from "./overview.js";
import { TaskPanel } from "./task.js";

const TABS = [["graph", "Graph"], ["timeline", "Timeline"], ["tasks", "Tasks"], ["outputs", "Outputs"], ["plan", "Plan"], ["events", "Events"]];
const LEGEND = ["pending", "running", "retrying", "waiting", "waiting_for_subtasks", "succeeded", "failed", "skipped"];

export function RunView({ run, instance, query }) {
  const { events, run: live, summaries, version, link, problem, again } = useEvents(run);
  const [graph, graphProblem] = useGraph(run, live.subplans.size + live.growths);
  const summary = useRunSummary(run, live, link);
  const collecting = useMemo(() => new Set((graph?.nodes || []).filter((node) => node.collects).map((node) => node.id)), [graph]);
  useMemo(() => summaries?.collect(collecting), [summaries, collecting]);
  const [at, setAt] = useState(null);
  const status = statusOfRun(live, summary);
  const now = useNow(LIVE.has(status));
  const past = useMemo(() => {
    if (at === null) return null;
    const folded = fold(events.slice(0, at));
    return { run: folded, states: new Summaries(folded, collecting).byTask };
  }, [at, version, collecting]);
  const shown = past?.run ?? live;
  const states = past?.states ?? summaries?.byTask;
  const path = useMemo(() => (graph && live.endedAt ? criticalInstances(live, graph) : []), [graph, live.endedAt, version]);
  const totals = useMemo(() => (graph ? countAll(shown, graph) : null), [graph, shown, version]);
  const tab = TABS.some(([name]) => name === query.tab) ? query.tab : "graph";
  const go = (next, nextTab = tab, more = {}) => {
    const words = new URLSearchParams({ ...(nextTab !== "graph" && { tab: nextTab }), ...more }).toString();
    location.hash = `#/runs/${run}${next ? `/${encodeURIComponent(next)}` : ""}${words ? `?${words}` : ""}`;
  };
  useTitle(graph && totals ? `${totals.done}/${totals.total} ${statusLabel(status)}: ${graph.name}` : "");
  useKeys({
    ...Object.fromEntries(TABS.map(([name], index) => [String(index + 1), () => go(instance, name)])),
    ...(instance && { Escape: () => go(null) }),
  });
  if (problem || graphProblem) return html`<section class="page"><h1>Run ${run}</h1><${Problem} problem=${problem || graphProblem} /><p><a href="#/runs">All runs</a></p></section>`;
  if (!graph || link === "loading") return html`<${Loading} what="the run" />`;
  const view = { run: shown, graph, states, events, instance, go, now, version, past: Boolean(past), query, path };
  return html`
    <section class="full run" data-status=${status} data-seq=${live.seq}>
      <${Header} id=${run} run=${live} status=${status} graph=${graph} link=${link} now=${now} totals=${totals} again=${again} />
      ${link === "reconnecting" ? html`<p class="notice banner" role="status">The server does not answer. Trying again every second; nothing is lost.</p>` : null}
      ${link === "locked" ? html`<p class="notice banner" role="alert">The server was started anew and asks for its token: open the address that <code>planc serve</code> printed. Trying again every second.</p>` : null}
      <${Tabs} names=${TABS} current=${tab} label="Views of the run" onPick=${(next) => go(instance, next)} />
      <div class=${`split ${instance ? "picked" : ""}`}>
        <div id="panel" role="tabpanel" aria-labelledby=${`tab-${tab}`}><${Panel} tab=${tab} ...${view} /></div>
        ${instance
          ? html`<${TaskPanel} runId=${run} run=${shown} instance=${instance} graph=${graph} version=${version} past=${Boolean(past)} now=${past ? shown.lastAt : now} onClose=${() => go(null)} onPick=${(next) => go(next)} />`
          : html`<${RunPanel} runId=${run} tab=${tab} run=${shown} past=${Boolean(past)} totals=${totals} graph=${graph} version=${version} onPick=${(next) => go(next)} onStatus=${(name) => go(null, "tasks", { status: name })} />`}
      </div>
      ${LIVE.has(status) && !recording ? null : html`<${Scrubber} events=${events} at=${at} onMove=${setAt} />`}
    </section>`;
}

function Panel({ tab, run, graph, states, events, instance, go, now, version, past, query, path }) {
  const tasks = useMemo(() => (past || !path.length ? null : new Set(path.map((item) => item.task).reverse())), [path, past]);
  const instances = useMemo(() => new Set(past ? [] : path.map((item) => item.id)), [path, past]);
  const pick = (id) => go(id);
  const used = new Set([...(states?.values() || [])].map((state) => state.status));
  const legend = LEGEND.filter((name) => used.has(name) || (name === "pending" && graph.nodes.some((node) => !states?.has(node.id))));
  if (tab === "timeline") return html`<${Timeline} run=${run} graph=${graph} critical=${instances} selected=${instance} onPick=${pick} now=${past ? run.lastAt : now} version=${version} />`;
  if (tab === "tasks") return html`<${TaskList} run=${run} graph=${graph} status=${query.status || ""} version=${version} now=${now} selected=${instance} onPick=${(id) => go(id, "tasks", query.status ? { status: query.status } : {})} onStatus=${(name) => go(instance, "tasks", name ? { status: name } : {})} />`;
  if (tab === "outputs") return html`<${Outputs} run=${run} />`;
  if (tab === "events") return html`<${EventList} events=${events} upTo=${run.seq} version=${version} onPick=${pick} />`;
  if (tab === "plan") {
    const node = graph.nodes.find((item) => item.id === (instance && taskOf(instance)));
    const onLine = (line) => {
      const found = graph.nodes.find((item) => !item.parent && item.lines && line >= item.lines[0] && line <= item.lines[1]);
      if (found) go(found.id);
    };
    return html`<div class="planfile"><div class="tools"><span class="label">${baseName(graph.file) || "plan"}</span><span class="buttons"><${Copy} value=${graph.text} /><${Download} value=${graph.text} name=${graph.name} /></span></div>
      <${Source} content=${graph.text} marked=${node?.lines && !node.parent ? wholeTask(graph.text, node.lines) : null} onLine=${onLine} /></div>`;
  }
  return html`<${Graph} graph=${graph} states=${states} critical=${tasks} selected=${instance && taskOf(instance)} legend=${legend} now=${now} version=${version} onPick=${pick} />`;
}

function Header({ id, run, status, graph, link, now, totals, again }) {
  const [act, busy, problem] = useAction((action, body) =>
    post(`/api/runs/${encodeURIComponent(id)}/${action}`, body).then((answer) => {
      if (answer?.run_id && answer.run_id !== id) location.hash = `#/runs/${answer.run_id}`;
      else if (action !== "cancel") again();
    }));
  const elapsed = run.startedAt ? (run.endedAt ?? Math.max(now, run.lastAt)) - run.startedAt : null;
  const tokens = run.usage.input_tokens + run.usage.output_tokens;
  return html`
    <div class="head">
      <div class="title"><h1><span class="wrap">${graph.name}</span> <${Status} status=${status} /></h1>
        <p class="ids"><code title=${id}>${id}</code> <${Copy} value=${id} label="Copy id" />
          <span class="soft">started ${moment(run.startedAt)}</span>${run.resumedAt.length ? html`<span class="soft">resumed ${plural(run.resumedAt.length, "time")}</span>` : null}${run.replayOf ? html`<span class="soft">replay of ${/\./.test(run.replayOf) ? baseName(run.replayOf) : html`<a href=${`#/runs/${run.replayOf}`}>an earlier run</a>`}</span>` : null}
          ${link === "live" && LIVE.has(status) ? html`<span class="live">live</span>` : null}</p></div>
      <dl class="facts" aria-label="So far">
        <div><dt>Tasks</dt><dd>${totals.done}<small> of ${totals.total}</small> <${Meter} ...${totals} /></dd></div>
        <div><dt>Time</dt><dd>${duration(elapsed) || "–"}</dd></div>
        <div><dt>Calls</dt><dd>${run.usage.calls ? count(run.usage.calls) : "–"}${run.limits?.calls ? html`<small> of ${run.limits.calls}</small>` : null}</dd></div>
        <div><dt>Tokens</dt><dd title=${`${run.usage.input_tokens} in, ${run.usage.output_tokens} out`}>${tokens ? count(tokens) : "–"}</dd></div>
        <div><dt>Cost</dt><dd>${cost(run.usage) || "–"}${run.limits?.usd ? html`<small> of $${run.limits.usd}</small>` : null}</dd></div>
      </dl>
      <${Actions} id=${id} run=${run} status=${status} busy=${busy} act=${act} />
    </div>
    ${run.error ? html`<p class="error banner">${run.error.message || String(run.error)}</p>` : null}
    ${problem ? html`<${Problem} problem=${problem} />` : null}`;
}

function Outputs({ run }) {
  const names = Object.keys(run.outputs || {});
  if (!names.length) return html`<${Empty} title=${LIVE.has(run.status) ? "No outputs yet" : "No outputs"}><p>${LIVE.has(run.status) ? "They appear when the run has finished." : run.outputs ? "The plan names none." : "The run ended before it had any."}</p><//>`;
  return html`<div class="scrolled outputs">${names.map((name) => html`<${Value} key=${name} label=${name} value=${run.outputs[name]} />`)}</div>`;
}
