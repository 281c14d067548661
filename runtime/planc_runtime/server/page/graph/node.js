// One task of the graph. Drawn anew only when something that it shows has changed.

import { Component, html } from "../vendor/htm-preact.js";
import { Sign, statusLabel } from "../status.js";
import { HEIGHT, WIDTH } from "./layout.js";
import { cut, cutMiddle, duration } from "../format.js";

const PARTS = ["succeeded", "failed", "skipped", "running", "retrying", "waiting", "waiting_for_subtasks"];

// What stands in the lower line, at its end: how far a foreach is, or how long it took.
function measure(state, now) {
  if (!state || state.startedAt === null) return "";
  const took = duration((state.endedAt ?? now ?? state.startedAt) - state.startedAt);
  return state.many ? `${state.done}/${state.total}` : state.endedAt === state.startedAt ? "" : took;
}

function Progress({ state }) {
  const room = WIDTH - 20;
  let x = 10;
  return html`<g class="progress">
    <rect class="track" x="10" y=${HEIGHT - 9} width=${room} height="4" rx="2" />
    ${PARTS.filter((name) => state.counts[name]).map((name) => {
      const width = (room * state.counts[name]) / Math.max(1, state.total);
      const rect = html`<rect key=${name} class=${`s-${name}`} x=${x} y=${HEIGHT - 9} width=${width} height="4" />`;
      x += width;
      return rect;
    })}
  </g>`;
}

export class Node extends Component {
  shouldComponentUpdate(next) {
    const props = this.props;
    return Object.keys(next).some((name) => next[name] !== props[name]);
  }

  render({ node, at, state, mark, note, selected, focusable, critical, far, open, inside, now, onPick, onToggle }) {
    const status = mark || state?.status || "pending";
    const many = node.many || state?.many;
    const length = measure(state, now);
    const name = cutMiddle(node.id.slice(node.parent ? node.parent.length + 1 : 0), inside ? 21 : 23);
    const words = [node.id, node.detail, statusLabel(status), note, state?.many ? `${state.done} of ${state.total} done` : "", critical ? "on the critical path" : "",
      inside ? `${inside} subtasks, ${open ? "unfolded" : "folded"} (Space)` : ""];
    return html`
      <g class=${`node s-${status} ${selected ? "selected" : ""} ${critical ? "critical" : ""} ${node.conditional ? "conditional" : ""}`}
        transform=${`translate(${at.x} ${at.y})`} data-task=${node.id} role="button" tabindex=${focusable ? 0 : -1}
        aria-pressed=${Boolean(selected)} aria-expanded=${inside ? Boolean(open) : undefined} onClick=${() => onPick(node.id)}>
        <title>${words.filter(Boolean).join("\n")}</title>
        ${critical ? html`<rect class="outline" x="-4" y="-4" width=${WIDTH + 8} height=${HEIGHT + 8} rx="13" />` : null}
        ${many ? html`<rect class="behind" x="6" y="6" width=${WIDTH} height=${HEIGHT} rx="9" />` : null}
        <rect class="box" width=${WIDTH} height=${HEIGHT} rx="9" />
        ${far
          ? html`<g transform=${`translate(${WIDTH / 2 - 20} ${HEIGHT / 2 - 20}) scale(2.5)`}><${Sign} status=${status} /></g>`
          : html`<g transform="translate(12 9) scale(1.125)"><${Sign} status=${status} /></g>
              <text x="38" y="23" class="id">${name}</text>
              <text x="38" y="40" class="detail">${cut(node.detail, length ? 21 : 27)}</text>
              ${length ? html`<text x=${WIDTH - 12} y="40" class="measure" text-anchor="end">${length}</text>` : null}
              ${state?.many ? html`<${Progress} state=${state} />` : null}`}
        ${inside && !far ? html`<g class="fold" aria-hidden="true"
            onClick=${(event) => { event.stopPropagation(); onToggle(node.id); }}>
            <rect x=${WIDTH - 44} y="7" width="36" height="19" rx="9.5" />
            <path d=${open ? `M${WIDTH - 37} 15l3.5 3.5l3.5-3.5` : `M${WIDTH - 35} 12.5l3.5 3.5l-3.5 3.5`} />
            <text x=${WIDTH - 15} y="20.5" text-anchor="end">${inside}</text></g>` : null}
      </g>`;
  }
}
