// What an agent did, turn by turn: what the model said, the tools it called and what came back; and what it, and those
// that share a memory with it, remember.

import { html } from "../vendor/htm-preact.js";
import { get } from "../api.js";
import { Value, useLoad } from "../parts.js";
import { moment, plural } from "../format.js";

export const Turns = ({ turns }) => html`
  <details open><summary>${plural(turns.filter((turn) => turn.kind === "model").length, "turn")}</summary>
    <ol class="turns">${turns.filter(telling).map((turn, index) => html`<li key=${index} class=${turn.error ? "refused" : turn.kind}><${Turn} turn=${turn} /></li>`)}</ol></details>`;

// A turn of the model that only asks for calls is told by them, once they are made.
const telling = (turn, index, turns) => !turn.calls || turn.text || index === turns.length - 1;

function Turn({ turn }) {
  const name = `Turn ${turn.turn}`;
  if (turn.kind === "model") return html`<${Said} turn=${turn} name=${name} />`;
  const asked = { remember: turn.arguments?.text, recall: turn.arguments?.query };
  const known = turn.kind === "memory" && typeof asked[turn.tool] === "string";
  const gave = turn.kind === "memory" ? (turn.tool === "remember" ? null : "Recalled") : "Gave";
  return html`
    <${Value} label=${`${name}: ${turn.tool}${turn.kind === "refusal" ? ", refused" : ""}`} value=${known ? asked[turn.tool] : turn.arguments} />
    ${turn.error ? html`<p class="error">✗ ${turn.error.code} ${turn.error.message}</p>` : gave ? html`<${Value} label=${gave} value=${turn.result} />` : null}`;
}

function Said({ turn, name }) {
  if (turn.error) return html`<${Value} label=${`${name}: the answer cannot be used`} value=${turn.error.message} />`;
  if ("output" in turn) return html`<${Value} label=${`${name}: the answer`} value=${turn.output} />`;
  return html`<p class="soft">${name}: ${turn.model} asks for ${(turn.calls || []).map((call) => call.tool).join(", ")}</p>
    ${turn.text ? html`<${Value} label="It says" value=${turn.text} />` : null}`;
}

// What the agents that share a memory with this task have remembered; asked again when `version` changes.
export function Memory({ runId, task, version }) {
  const [page] = useLoad(() => get(`/api/runs/${encodeURIComponent(runId)}/memory`), `memory ${runId} ${task} ${version}`);
  const memories = (page?.memories || []).filter((memory) => memory.tasks.includes(task));
  return memories.map((memory) => html`
    <details key=${memory.scope} open><summary>Memory ${memory.scope}: ${plural(memory.entries, "entry", "entries")}</summary>
      ${memory.tasks.length > 1 ? html`<p class="soft">Shared by ${memory.tasks.join(", ")}.</p>` : null}
      <ol class="turns memory">${memory.notes.map((note) => html`
        <li><${Value} label=${`${moment(note.at)} · ${note.instance}${note.run_id === runId ? "" : ` · run ${note.run_id}`}`} value=${note.text} /></li>`)}</ol>
      ${memory.entries > memory.notes.length ? html`<p class="soft">The newest ${memory.notes.length} are shown.</p>` : null}
    </details>`);
}
