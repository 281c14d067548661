// What a view of a run needs: its events (first in pages, then as they come), its graph, and what the server says of it.

import { useEffect, useRef, useState } from "./vendor/htm-preact.js";
import { follow, get, recording } from "./api.js";
import { apply, emptyRun } from "./state.js";
import { Summaries } from "./summary.js";
import { useLoad } from "./parts.js";

const PAGE = 5000;
const STATE_MS = 5000;

function fresh() {
  const run = emptyRun();
  return { events: [], run, summaries: new Summaries(run) };
}

// Gives {events, run, summaries, version, link, problem, again}; `version` grows with every batch. `again()` follows a
// run that goes on after its end.
export function useEvents(run) {
  const store = useRef(fresh());
  const [version, setVersion] = useState(0);
  const [link, setLink] = useState("loading");
  const [problem, setProblem] = useState(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let stop = null;
    let live = true;
    const add = (batch) => {
      performance.mark("planc batch", { detail: batch.length });
      const { events, run: state, summaries } = store.current;
      for (const event of batch) {
        if (event.seq <= state.seq) continue;
        events.push(event);
        apply(state, event);
      }
      summaries.refresh();
      setVersion((number) => number + 1);
    };
    const load = async () => {
      for (;;) {
        const page = await get(`/api/runs/${encodeURIComponent(run)}/events?after=${store.current.run.seq}&limit=${PAGE}`);
        if (!live) return;
        add(page.events);
        if (!page.more) break;
      }
      setLink("connecting");
      stop = follow(run, store.current.run.seq, add, setLink);
    };
    load().catch((error) => live && setProblem(error));
    return () => { live = false; stop?.(); };
  }, [run, round]);
  return { ...store.current, version, link, problem, again: () => setRound((number) => number + 1) };
}

// Graph of the plan, which may grow while it runs, and of its sub-plans (`made` counts both); the last one stays while a new one is fetched.
export function useGraph(run, made) {
  const [graph, setGraph] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    let live = true;
    get(`/api/runs/${encodeURIComponent(run)}/graph`).then((value) => live && setGraph(value), (error) => live && setProblem(error));
    return () => { live = false; };
  }, [run, made]);
  return [graph, problem];
}

// The server's own word on the run while its journal says "running": only it knows that nobody executes it any more.
export function useRunSummary(run, live, link) {
  const on = live.status === "running" && !recording && (link === "live" || link === "connecting");
  const [summary] = useLoad(
    () => (on ? get(`/api/runs/${encodeURIComponent(run)}`).then((value) => ({ ...value, seenAtSeq: live.seq })) : Promise.resolve(null)),
    `${run} ${on}`, on ? STATE_MS : 0,
  );
  return summary;
}
