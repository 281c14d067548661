// From a goal to a run: the plan appears while it is written, is edited and checked, and runs when a person says so.

import { html, useEffect, useMemo, useRef, useState } from "../vendor/htm-preact.js";
import { post, stream } from "../api.js";
import { Copy, Diagnostics, Download, Problem, useAction, useTitle } from "../parts.js";
import { Graph } from "../graph/graph.js";
import { Editor, goToLine } from "../source.js";
import { Glyph } from "../status.js";
import { plural } from "../format.js";
import { Facts, RunForm } from "./plan.js";

const CHECK_AFTER_MS = 400;
const EXAMPLES = [
  "Find the 5 newest arXiv papers on program repair, summarise each, and write a brief review.",
  "Compare three ways to store sessions in a web service and recommend one with reasons.",
  "Write release notes for a command line tool from its list of changes, for users and for operators.",
];

// The tasks that the model has written so far, as a graph.
export function growing(tasks) {
  const known = new Map(tasks.map((task) => [task.id, task]));
  const nodes = [...known.values()].map((task) => ({ ...task, kind: task.detail, stage: 0, conditional: false, parent: null, lines: null }));
  const edges = nodes.flatMap((node) => node.reads.filter((name) => known.has(name)).map((source) => ({ source, target: node.id, data: true })));
  return { nodes, edges };
}

// Asks the planner and hears it; gives {write, stop, writing, problem, tasks, notes, draft, text}.
function usePlanner() {
  const [state, setState] = useState({ tasks: [], notes: [], draft: "", text: null });
  const [problem, setProblem] = useState(null);
  const [writing, setWriting] = useState(false);
  const request = useRef(null);
  const hear = (item) => setState((before) => {
    if (item.type === "text") return { ...before, draft: before.draft + item.text };
    if (item.type === "step" && item.task) return { ...before, tasks: [...before.tasks, item.task] };
    if (item.type === "step") return { ...before, notes: [...before.notes, item.text] };
    if (item.type === "plan") return { ...before, text: item.text };
    return before;
  });
  const write = async (goal) => {
    request.current = new AbortController();
    setState({ tasks: [], notes: [], draft: "", text: null });
    setProblem(null);
    setWriting(true);
    try {
      let failure = null;
      await stream("/api/goals", { goal }, (item) => {
        if (item.type === "problem") failure = item.problem;
        else hear(item);
      }, request.current.signal);
      if (failure) setProblem(Object.assign(new Error(failure.detail), { problem: failure }));
    } catch (error) {
      if (error.name !== "AbortError") setProblem(error);
    } finally {
      setWriting(false);
    }
  };
  useEffect(() => () => request.current?.abort(), []);
  return { ...state, write, stop: () => request.current?.abort(), writing, problem };
}

// The compiler's word on `text`, asked a moment after the last change; an answer to an older text is dropped.
function useCheck(text) {
  const [state, setState] = useState({ text: null, checked: null, problem: null });
  useEffect(() => {
    if (!text) return undefined;
    let live = true;
    const timer = setTimeout(() => {
      post("/api/check", { text }).then(
        (checked) => live && setState({ text, checked, problem: null }),
        (problem) => live && setState((before) => ({ ...before, problem })),
      );
    }, state.text === null ? 0 : CHECK_AFTER_MS);
    return () => { live = false; clearTimeout(timer); };
  }, [text]);
  return { ...state, isCurrent: state.text === text };
}

export function NewRunView({ query }) {
  const [goal, setGoal] = useState(query.goal || "");
  const [plan, setPlan] = useState("");
  const planner = usePlanner();
  const { checked, problem: checkProblem, isCurrent } = useCheck(plan);
  const [task, setTask] = useState(null);
  useTitle(planner.writing ? "Planning…" : "New run");
  useEffect(() => { if (planner.text) setPlan(planner.text); }, [planner.text]);
  const start = () => {
    setPlan("");
    setTask(null);
    planner.write(goal);
  };
  const ready = plan && isCurrent && checked?.graph;
  const step = !plan && !planner.writing ? 1 : !ready ? 2 : 3;
  const pick = (id) => {
    setTask(id);
    const lines = checked.graph.nodes.find((node) => node.id === id && !node.parent)?.lines;
    if (lines) goToLine("yaml", lines[0]);
  };
  return html`
    <section class="page new">
      <div class="head"><h1>New run</h1><${Steps} current=${step} /></div>
      <form class="goal" onSubmit=${(event) => { event.preventDefault(); start(); }}>
        <label for="goal">What do you want to have done?</label>
        <textarea id="goal" rows="3" value=${goal} onInput=${(event) => setGoal(event.target.value)}
          onKeyDown=${(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && goal.trim()) { event.preventDefault(); start(); } }}
          placeholder=${EXAMPLES[0]}></textarea>
        <div class="actions">
          ${planner.writing
            ? html`<button key="stop" type="button" onClick=${planner.stop}>Stop planning</button>`
            : html`<button key="plan" type="submit" class=${plan ? "" : "primary"} disabled=${!goal.trim()}>${plan ? "Plan it anew" : "Plan it"}</button>`}
          <span class="soft">Nothing runs before you have approved the plan. <kbd>Ctrl</kbd> <kbd>Enter</kbd> plans.</span></div>
      </form>
      ${!goal && !plan && !planner.writing ? html`<div class="examples"><h2>For example</h2>${EXAMPLES.map((example) => html`<button type="button" key=${example} onClick=${() => setGoal(example)}>${example}</button>`)}</div>` : null}
      ${planner.problem ? html`<${Problem} problem=${planner.problem} />` : null}
      ${planner.writing || (planner.problem && planner.draft) ? html`<${Writing} planner=${planner} />` : null}
      ${plan ? html`
        ${planner.notes.length > 1 ? html`<ul class="notes" aria-label="What the planner did">${planner.notes.map((note) => html`<li>${note}</li>`)}</ul>` : null}
        ${checked ? html`<${Facts} plan=${checked} />` : null}
        <div class="halves">
          <div class="edit"><div class="tools"><label for="yaml">The plan <small>change it as you like; it is checked while you type</small></label><span class="buttons"><${Copy} value=${plan} /><${Download} value=${plan} name=${checked?.name} /></span></div>
            <${Editor} id="yaml" value=${plan} onInput=${setPlan} problems=${isCurrent ? checked.diagnostics : []} />
            <div aria-live="polite">${checkProblem ? html`<${Problem} problem=${checkProblem} />` : !isCurrent ? html`<p class="soft">Checking…</p>` : html`<${Diagnostics} items=${checked.diagnostics} onPick=${(item) => goToLine("yaml", item.line)} />`}</div></div>
          <div class="seen">${checked?.graph ? html`<${Graph} graph=${checked.graph} selected=${task} onPick=${pick} />` : html`<p class="empty">The graph appears when the plan has no errors.</p>`}</div>
        </div>
        ${ready ? html`<div class="card approve"><h2>Approve and run</h2><p class="soft">It runs exactly what stands above, under the rights and limits that the server was started with.</p>
          <${RunForm} key=${checked.digest} plan=${checked} source=${{ text: checked.text }} words="Approve and run" /></div>` : null}` : null}
    </section>`;
}

const Steps = ({ current }) => html`<ol class="steps" aria-label="Steps">${["Goal", "Plan", "Approve and run"].map((name, index) => html`
  <li key=${name} aria-current=${index + 1 === current ? "step" : undefined} class=${index + 1 < current ? "done" : ""}>${index + 1 < current ? html`<${Glyph} status="succeeded" />` : html`<b>${index + 1}</b>`} ${name}</li>`)}</ol>`;

function Writing({ planner }) {
  const graph = useMemo(() => growing(planner.tasks), [planner.tasks]);
  const end = useRef(null);
  useEffect(() => { if (end.current) end.current.scrollTop = end.current.scrollHeight; }, [planner.draft]);
  return html`
    <div class="writing">
      <p role="status" class="now">${planner.writing ? html`<${Glyph} status="running" />` : null} ${planner.notes[planner.notes.length - 1] || "Planning"}${planner.tasks.length ? `: ${plural(planner.tasks.length, "task")} so far, the last is ${planner.tasks[planner.tasks.length - 1].id}` : "…"}</p>
      ${graph.nodes.length ? html`<${Graph} graph=${graph} onPick=${() => {}} />` : null}
      ${planner.draft ? html`<details open=${!graph.nodes.length}><summary>What the model writes</summary><pre class="data draft" ref=${end} tabindex="0" role="region" aria-label="What the model writes">${planner.draft}</pre></details>` : null}
    </div>`;
}
