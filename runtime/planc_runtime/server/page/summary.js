// What the page says about a task and about a run as a whole, from the folded state. Pure, like state.js.

const OWN = new Set(["succeeded", "failed", "skipped", "waiting", "waiting_for_subtasks"]);
// The most telling status of several instances comes first.
const ORDER = ["failed", "waiting", "running", "retrying", "waiting_for_subtasks", "pending"];
const DONE = ["succeeded", "failed", "skipped"];

// One task of the graph: counts over its instances, the most telling status, and when it began and ended. `collects`: a
// foreach that goes on without the instances that fail, and succeeds when all have ended.
export function summarise(run, task, collects = false) {
  const items = run.byTask.get(task) || [];
  const own = items.find((item) => item.index === null);
  const parts = items.filter((item) => item.index !== null);
  const shown = parts.length ? parts : items;
  const counts = {};
  let startedAt = Infinity;
  let endedAt = 0;
  for (const item of shown) {
    counts[item.status] = (counts[item.status] || 0) + 1;
    if (item.startedAt !== null) startedAt = Math.min(startedAt, item.startedAt);
    if (item.endedAt !== null) endedAt = Math.max(endedAt, item.endedAt);
  }
  const many = parts.length > 0 || run.expanded.has(task);
  const total = run.expanded.get(task) ?? shown.length;
  const done = DONE.reduce((sum, name) => sum + (counts[name] || 0), 0);
  return {
    status: statusOf(own, shown, collects ? collected(counts) : counts, many && total === 0), total, done, counts, many,
    startedAt: startedAt === Infinity ? null : startedAt,
    endedAt: done === shown.length && endedAt ? endedAt : null,
  };
}

const collected = ({ failed = 0, ...counts }) => ({ ...counts, succeeded: (counts.succeeded || 0) + failed });

function statusOf(own, shown, counts, isEmpty) {
  if (own && OWN.has(own.status)) return own.status;
  if (!shown.length) return isEmpty ? "succeeded" : "pending";
  const found = ORDER.find((name) => counts[name]);
  if (found === "pending" && (counts.succeeded || counts.skipped)) return "running";
  return found || (counts.succeeded ? "succeeded" : "skipped");
}

// Summaries by task that are brought up to date by looking at what the last events touched, and nothing else.
// `collecting` are the tasks that collect their failures; the plan's graph says which, and comes when it comes.
export class Summaries {
  constructor(run, collecting = new Set()) {
    this.run = run;
    this.collecting = collecting;
    this.byTask = new Map();
    this.look(run.byTask.keys());
    run.touched.clear();
  }

  look(tasks) {
    for (const task of tasks) this.byTask.set(task, summarise(this.run, task, this.collecting.has(task)));
  }

  refresh() {
    this.look(this.run.touched);
    this.run.touched.clear();
    return this.byTask;
  }

  collect(tasks) {
    this.collecting = tasks;
    this.look([...tasks].filter((task) => this.byTask.has(task)));
  }
}

export const PENDING = { status: "pending", total: 1, done: 0, counts: { pending: 1 }, many: false, startedAt: null, endedAt: null };

// How many instances have which status. Tasks that the events have not spoken of yet are pending; a foreach and a goal
// count as what they became.
export function countAll(run, graph) {
  const counts = {};
  let total = 0;
  const add = (status) => {
    counts[status] = (counts[status] || 0) + 1;
    total += 1;
  };
  for (const item of run.instances.values()) {
    if (item.index === null && run.expanded.has(item.id)) continue;
    add(item.status);
  }
  for (const node of graph.nodes) if (!run.byTask.has(node.id) && !run.expanded.has(node.id)) add("pending");
  const done = DONE.reduce((sum, name) => sum + (counts[name] || 0), 0);
  return { counts, total, done };
}

// The journal says "running" until somebody says otherwise; people want to know whether it is their turn.
export function statusOfRun(run, summary) {
  if (run.status !== "running") return run.status;
  if (summary && summary.status === "abandoned" && run.seq <= summary.seenAtSeq) return "abandoned";
  let waits = false;
  for (const item of run.instances.values()) {
    if (item.status === "running" || item.status === "retrying") return "running";
    if (item.status === "waiting") waits = true;
  }
  return waits ? "waiting" : "running";
}

// The chain of instances that decided when the run ended: backwards from the last to end, always to the upstream
// instance that ended last (by its number, not by its clock). A goal waits for its subtasks, the first of these for what
// the goal waited for.
export function criticalInstances(run, graph) {
  const upstream = new Map(graph.nodes.map((node) => [node.id, []]));
  for (const edge of graph.edges) upstream.get(edge.target)?.push(edge.source);
  for (const node of graph.nodes) if (node.parent && !upstream.get(node.id).length) upstream.get(node.id).push(...(upstream.get(node.parent) || []));
  for (const node of graph.nodes) if (node.parent) upstream.get(node.parent)?.push(node.id);
  const lastOf = (tasks) => {
    let best = null;
    for (const task of tasks) {
      for (const item of run.byTask.get(task) || []) if (item.endedAt && item.status !== "skipped" && (!best || item.endedSeq > best.endedSeq)) best = item;
    }
    return best;
  };
  const path = new Set();
  let current = lastOf(run.byTask.keys());
  while (current && !path.has(current)) {
    path.add(current);
    current = lastOf(upstream.get(current.task) || []);
  }
  return [...path];
}
