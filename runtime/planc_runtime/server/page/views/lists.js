// The tasks of a run and its events as tables: for finding one among a thousand, and for everybody who reads no graphs.

import { html, useMemo, useState } from "../vendor/htm-preact.js";
import { Empty } from "../parts.js";
import { Rows } from "../rows.js";
import { Glyph, Status, statusLabel } from "../status.js";
import { cost, count, cutMiddle, duration } from "../format.js";

const ORDER = ["failed", "waiting", "retrying", "running", "waiting_for_subtasks", "pending", "succeeded", "skipped"];

// Every instance, and the tasks that have none yet.
function allTasks(run, graph) {
  const kinds = new Map(graph.nodes.map((node) => [node.id, node]));
  const found = [...run.instances.values()].filter((item) => !(item.index === null && run.expanded.has(item.id)));
  const waiting = graph.nodes.filter((node) => !run.byTask.has(node.id) && !run.expanded.has(node.id)).map((node) => ({ id: node.id, task: node.id, status: "pending", attempts: [], startedAt: null, endedAt: null, usage: null }));
  return [...found, ...waiting].map((item) => ({ item, node: kinds.get(item.task) }));
}

const COLUMNS = [["Task", ""], ["Status", ""], ["Kind", "wide"], ["Took", "number"], ["Attempts", "number"], ["Tokens", "number"], ["Cost", "number"]];

export function TaskList({ run, graph, status, version, now, selected, onPick, onStatus }) {
  const [search, setSearch] = useState("");
  const all = useMemo(() => allTasks(run, graph), [run, graph, version]);
  const counts = useMemo(() => all.reduce((sums, { item }) => ({ ...sums, [item.status]: (sums[item.status] || 0) + 1 }), {}), [all]);
  const wanted = search.trim().toLowerCase();
  const rows = useMemo(() => all.filter(({ item, node }) => (!status || item.status === status) && (!wanted || `${item.id} ${node?.detail || ""}`.toLowerCase().includes(wanted))), [all, status, wanted]);
  return html`
    <div class="listed">
      <div class="filters"><input type="search" aria-label="Filter tasks" placeholder="Filter tasks  ( / )" value=${search} onInput=${(event) => setSearch(event.target.value)} />
        <div class="chips" role="group" aria-label="Status">
          <button type="button" aria-pressed=${!status} onClick=${() => onStatus("")}>all ${all.length}</button>
          ${ORDER.filter((name) => counts[name] || name === status).map((name) => html`<button type="button" key=${name} aria-pressed=${name === status} onClick=${() => onStatus(name === status ? "" : name)}><${Glyph} status=${name} size=${14} />${statusLabel(name)} ${counts[name] || 0}</button>`)}</div></div>
      ${rows.length ? html`<${Rows} rows=${rows} columns=${COLUMNS} height=${34} label=${`${rows.length} tasks`} keyOf=${({ item }) => item.id} onPick=${({ item }) => onPick(item.id)}
        rowProps=${({ item }) => ({ class: `open ${item.id === selected ? "marked" : ""}` })}
        render=${({ item, node }) => html`<td class="name"><button type="button" class="link" title=${item.id} onClick=${() => onPick(item.id)}>${cutMiddle(item.id, 44)}</button></td>
          <td><${Status} status=${item.status} /></td><td class="wide soft"><div class="one">${node?.detail || ""}</div></td>
          <td class="number">${item.startedAt === null ? "–" : duration((item.endedAt ?? now) - item.startedAt)}</td><td class="number">${item.attempts.length || "–"}</td>
          <td class="number">${item.usage?.calls ? count(item.usage.input_tokens + item.usage.output_tokens) : "–"}</td><td class="number">${cost(item.usage) || "–"}</td>`} />`
        : html`<${Empty} title="No task matches"><p><button type="button" class="link" onClick=${() => { setSearch(""); onStatus(""); }}>Show all ${all.length}</button></p><//>`}
    </div>`;
}

const EVENT_COLUMNS = [["#", "number"], ["Time", "number"], ["Event", ""], ["Task", ""], ["Data", "wide"]];

export function EventList({ events, upTo, version, onPick }) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const rows = useMemo(() => events.filter((event) => event.seq <= upTo && (!wanted || `${event.type} ${event.instance || ""}`.toLowerCase().includes(wanted))), [events, upTo, wanted, version]);
  const start = events[0]?.at ?? 0;
  return html`
    <div class="listed events">
      <div class="filters"><input type="search" aria-label="Filter events" placeholder="Filter by event or task  ( / )" value=${search} onInput=${(event) => setSearch(event.target.value)} /><span class="soft">${rows.length} of ${events.length} events, in the order of the journal</span></div>
      ${rows.length ? html`<${Rows} rows=${rows} columns=${EVENT_COLUMNS} height=${30} label="Events" keyOf=${(event) => event.seq} atEnd
        render=${(event) => html`<td class="number soft">${event.seq}</td><td class="number">${duration(event.at - start)}</td><td>${event.type}</td>
          <td>${event.instance ? html`<button type="button" class="link" title=${event.instance} onClick=${() => onPick(event.instance)}>${cutMiddle(event.instance, 34)}</button>` : ""}</td>
          <td class="wide"><code class="one">${JSON.stringify(event.data).slice(0, 300)}</code></td>`} />` : html`<${Empty} title="No event matches" />`}
    </div>`;
}
