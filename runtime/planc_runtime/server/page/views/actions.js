// What can be done with a run: stop it, go on, go on with what failed for good done anew, replay it.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { get, recording } from "../api.js";
import { plural } from "../format.js";

export const LIVE = new Set(["running", "waiting"]);
const RESUMABLE = new Set(["failed", "interrupted", "cancelled", "budget", "abandoned"]);

// What going on does not try again by itself: nobody knows what the task did, or a question's time is over.
function useFinal(id, resumable, seq) {
  const [final, setFinal] = useState([]);
  useEffect(() => {
    let live = true;
    setFinal([]);
    if (resumable) get(`/api/runs/${encodeURIComponent(id)}/outputs`).then((answer) => live && setFinal(answer.final), () => {});
    return () => { live = false; };
  }, [id, resumable, seq]);
  return final;
}

export function Actions({ id, run, status, busy, act }) {
  const resumable = !recording && RESUMABLE.has(status) && !run.replayOf; // going on with a replay would ask models for real
  const final = useFinal(id, resumable, run.seq);
  if (recording) return html`<p class="soft">a recording</p>`;
  return html`<div class="actions">
    ${LIVE.has(status) ? html`<button type="button" class="danger" disabled=${busy} onClick=${() => act("cancel")}>Cancel</button>` : null}
    ${resumable ? html`<button type="button" class=${final.length ? "" : "primary"} disabled=${busy} onClick=${() => act("resume")} title="Go on; what is completed is not done again">Resume</button>` : null}
    ${final.length ? html`<button type="button" disabled=${busy} onClick=${() => act("resume", { fresh: final })} title=${`Go on, and do anew, whatever they did before: ${final.join(", ")}`}>Resume, ${plural(final.length, "task")} anew</button>` : null}
    ${LIVE.has(status) ? null : html`<button type="button" disabled=${busy} onClick=${() => act("replay")} title="Run it again from its recording, without a live call">Replay</button>`}
  </div>`;
}
