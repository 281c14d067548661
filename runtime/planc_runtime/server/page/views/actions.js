// What can be done with a run: stop it, go on, go on with what failed for good done anew, replay it.

import { html } from "../vendor/htm-preact.js";
import { recording } from "../api.js";
import { plural } from "../format.js";

export const LIVE = new Set(["running", "waiting"]);
const RESUMABLE = new Set(["failed", "interrupted", "cancelled", "budget", "abandoned"]);
// Kinds of failures that going on does not try again by itself: nobody knows what the task did, or a question's time is over.
const FINAL = new Set(["interrupted", "expired"]);

const failedForGood = (run) => [...run.instances.values()].filter((item) => item.status === "failed" && FINAL.has(item.error?.kind)).map((item) => item.id);

export function Actions({ run, status, busy, act }) {
  if (recording) return html`<p class="soft">a recording</p>`;
  const resumable = RESUMABLE.has(status) && !run.replayOf; // going on with a replay would ask models for real
  const final = resumable ? failedForGood(run) : [];
  return html`<div class="actions">
    ${LIVE.has(status) ? html`<button type="button" class="danger" disabled=${busy} onClick=${() => act("cancel")}>Cancel</button>` : null}
    ${resumable ? html`<button type="button" class=${final.length ? "" : "primary"} disabled=${busy} onClick=${() => act("resume")} title="Go on; what is completed is not done again">Resume</button>` : null}
    ${final.length ? html`<button type="button" disabled=${busy} onClick=${() => act("resume", { fresh: final })} title=${`Go on, and do anew, whatever they did before: ${final.join(", ")}`}>Resume, ${plural(final.length, "task")} anew</button>` : null}
    ${LIVE.has(status) ? null : html`<button type="button" disabled=${busy} onClick=${() => act("replay")} title="Run it again from its recording, without a live call">Replay</button>`}
  </div>`;
}
