// Run state as a fold over the journal's events: the page keeps nothing that the events do not say.
// Pure: no DOM, no clock, no network. The scrubber folds a prefix, the live view folds as events arrive.

export function emptyRun() {
  return {
    seq: 0, status: "running", startedAt: null, endedAt: null, lastAt: null,
    inputs: {}, outputs: null, error: null, resumedAt: [], limits: null, replayOf: null,
    instances: new Map(), byTask: new Map(), touched: new Set(), expanded: new Map(), subplans: new Map(), growths: 0,
    usage: { input_tokens: 0, output_tokens: 0, cached_tokens: 0, calls: 0, usd: 0, unpriced: false },
  };
}

// "research/draft[0]" → "research/draft": the node of the graph that an instance belongs to.
export const taskOf = (instance) => (instance.includes("[") ? instance.replace(/\[\d+\](?=$|\/)/g, "") : instance);
export const indexOf = (instance) => {
  const found = /\[(\d+)\]$/.exec(instance);
  return found ? Number(found[1]) : null;
};

function instanceOf(run, id) {
  let item = run.instances.get(id);
  if (!item) {
    item = {
      id, task: taskOf(id), index: indexOf(id), status: "pending", attempts: [], turns: [],
      output: undefined, outputRef: null, error: null, reason: null, reusedFrom: null, request: null,
      question: null, usage: null, startedAt: null, endedAt: null, endedSeq: 0, fingerprint: null, model: null, waits: [],
    };
    run.instances.set(id, item);
    if (!run.byTask.has(item.task)) run.byTask.set(item.task, []);
    run.byTask.get(item.task).push(item);
  }
  return item;
}

function addTo(total, usage) {
  for (const name of ["input_tokens", "output_tokens", "cached_tokens", "calls"]) total[name] += usage[name] || 0;
  if (usage.usd === null || usage.usd === undefined) {
    if (usage.calls) total.unpriced = true;
  } else total.usd += usage.usd;
}

const nothingUsed = () => ({ input_tokens: 0, output_tokens: 0, cached_tokens: 0, calls: 0, usd: 0, unpriced: false });

// Counts what was used for the run and, where it was one, for the instance; failed attempts cost too.
function addUsage(run, item, usage) {
  if (!usage) return;
  addTo(run.usage, usage);
  if (item) addTo((item.usage ??= nothingUsed()), usage);
}

function endAttempt(item, event, outcome, error) {
  const attempt = item.attempts[item.attempts.length - 1];
  if (attempt && attempt.endedAt === null) Object.assign(attempt, { endedAt: event.at, outcome, error: error || null });
}

function settle(run, item, event, status) {
  item.status = status;
  item.startedAt ??= event.at;
  item.endedAt = event.at;
  item.endedSeq = event.seq;
  const wait = item.waits[item.waits.length - 1];
  if (wait && wait.endedAt === null) wait.endedAt = event.at;
  addUsage(run, item, event.data.usage);
}

function keepOutput(item, event) {
  item.output = event.data.output;
  item.outputRef = event.data.output_ref || null;
}

const HANDLERS = {
  run_started(run, event) {
    run.startedAt = event.at;
    run.inputs = event.data.inputs || {};
    run.limits = event.data.limits || null;
    run.replayOf = event.data.labels?.["planc.replay_of"] || null;
  },
  plan_grown(run, event) {
    run.growths += 1;
    run.inputs = event.data.inputs || run.inputs;
    addUsage(run, null, event.data.usage);
  },
  run_resumed(run, event) {
    addUsage(run, null, event.data.usage);
    run.status = "running";
    run.limits = event.data.limits || run.limits;
    run.resumedAt.push(event.at);
    run.endedAt = null;
  },
  run_interrupted(run, event) {
    run.status = "interrupted";
    run.endedAt = event.at;
  },
  run_finished(run, event) {
    run.status = event.data.status;
    run.outputs = event.data.outputs ?? null;
    run.error = event.data.error || null;
    run.endedAt = event.at;
  },
  task_expanded(run, event) {
    run.expanded.set(event.instance, event.data.count);
    for (let i = 0; i < event.data.count; i += 1) instanceOf(run, `${event.instance}[${i}]`);
  },
  task_started(run, event, item) {
    item.status = "running";
    item.startedAt ??= event.at;
    item.endedAt = null;
    item.fingerprint = event.data.fingerprint || item.fingerprint;
    item.request = event.data.request ?? item.request;
    item.model = event.data.model ?? item.model;
    item.attempts.push({ number: event.data.attempt, startedAt: event.at, endedAt: null, outcome: "running", error: null, retryIn: null });
  },
  turn_recorded(run, event, item) {
    item.turns.push(event.data);
    addUsage(run, item, event.data.usage);
  },
  task_finished(run, event, item) {
    endAttempt(item, event, "succeeded");
    settle(run, item, event, "succeeded");
    keepOutput(item, event);
    item.model = event.data.model ?? item.model;
    item.recovered = Boolean(event.data.recovered);
  },
  task_reused(run, event, item) {
    settle(run, item, event, "succeeded");
    keepOutput(item, event);
    item.reusedFrom = event.data.from_run || "an earlier run";
  },
  attempt_failed(run, event, item) {
    endAttempt(item, event, "failed", event.data.error);
    item.status = "retrying";
    item.error = event.data.error;
    const attempt = item.attempts[item.attempts.length - 1];
    if (attempt) attempt.retryIn = event.data.retry_in;
    addUsage(run, item, event.data.usage);
  },
  task_failed(run, event, item) {
    endAttempt(item, event, "failed", event.data.error);
    settle(run, item, event, "failed");
    item.error = event.data.error;
  },
  task_skipped(run, event, item) {
    item.status = "skipped";
    item.reason = event.data.reason;
    item.endedAt = event.at;
  },
  task_waiting(run, event, item) {
    endAttempt(item, event, "asked");
    item.status = "waiting";
    item.question = event.data;
    item.startedAt ??= event.at;
    item.waits.push({ startedAt: event.at, endedAt: null });
  },
  task_answered(run, event, item) {
    item.status = run.subplans.has(event.instance) && event.data.answer === true ? "waiting_for_subtasks" : "running";
    item.answer = event.data;
    const wait = item.waits[item.waits.length - 1];
    if (wait) wait.endedAt = event.at;
  },
  subplan_created(run, event, item) {
    item.status = "waiting_for_subtasks";
    run.subplans.set(event.instance, event.data);
    addUsage(run, item, event.data.usage);
  },
  task_interrupted(run, event, item) {
    endAttempt(item, event, "interrupted");
    item.status = "pending";
  },
};

// Folds one event into `run` (mutating it) and returns it. An event seen before is ignored.
export function apply(run, event) {
  if (event.seq <= run.seq) return run;
  run.seq = event.seq;
  run.lastAt = event.at;
  const handler = HANDLERS[event.type];
  const ofTask = event.instance !== null && event.type !== "task_expanded";
  const item = ofTask ? instanceOf(run, event.instance) : null;
  if (handler) handler(run, event, item);
  if (event.instance !== null) run.touched.add(item ? item.task : taskOf(event.instance));
  return run;
}

export const fold = (events) => events.reduce(apply, emptyRun());
