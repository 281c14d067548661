// The states of runs and tasks: their names and their signs. Every sign has a shape of its own, so that nobody needs
// colour to tell them apart; the colours are in style/base.css, by the same names.

import { html } from "./vendor/htm-preact.js";

const RING = "M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5";
// `fill`: drawn as a full disc with the sign cut out of it; otherwise lines only.
export const STATUS = {
  pending: { label: "pending", ring: "dotted" },
  running: { label: "running", ring: "turning", lines: "M6.5 5.5v5l4-2.5z", solid: true },
  retrying: { label: "waiting to retry", lines: "M12.5 6.5a5 5 0 1 0 .3 3M13 3.2v3.4H9.6" },
  waiting: { label: "waits for a person", ring: "plain", lines: "M6.2 6.4a1.8 1.8 0 1 1 2.5 1.8c-.5.2-.7.5-.7 1.1M8 11.4v.2" },
  waiting_for_subtasks: { label: "waits for subtasks", ring: "turning", lines: "M5 8h.1M8 8h.1M11 8h.1" },
  succeeded: { label: "succeeded", fill: true, lines: "M5 8.2l2.1 2.1L11 6.2" },
  failed: { label: "failed", fill: true, lines: "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" },
  skipped: { label: "skipped", ring: "plain", lines: "M5.2 8h5.6" },
  cancelled: { label: "cancelled", ring: "plain", lines: "M4 12L12 4" },
  interrupted: { label: "interrupted", ring: "plain", lines: "M6.3 5.6v4.8M9.7 5.6v4.8" },
  budget: { label: "stopped by its budget", ring: "plain", lines: "M9.8 6.2c-.4-.7-1-1-1.8-1-2.4 0-2.4 2.6 0 2.8s2.4 2.9 0 2.9c-.9 0-1.6-.4-1.9-1.1M8 4v8" },
  abandoned: { label: "abandoned: its process went away", ring: "dotted", lines: "M6.3 5.6v4.8M9.7 5.6v4.8" },
  added: { label: "added", fill: true, lines: "M8 4.8v6.4M4.8 8h6.4" },
  removed: { label: "removed", fill: true, lines: "M4.8 8h6.4" },
  changed: { label: "changed", fill: true, lines: "M4.6 8.8c1.2-1.8 2.3-1.8 3.4-.8s2.2 1 3.4-.8" },
  renamed: { label: "renamed", fill: true, lines: "M4.8 8h6M8.6 5.6L11 8l-2.4 2.4" },
  same: { label: "unchanged", ring: "plain", lines: "M5.4 6.7h5.2M5.4 9.3h5.2" },
};

export const statusLabel = (status) => STATUS[status]?.label || status;

// The sign as SVG content in a box of 16 by 16.
export function Sign({ status }) {
  const { ring, lines, fill, solid } = STATUS[status] || STATUS.pending;
  return html`<g class=${`sign ${fill ? "full" : ""}`}>
    ${fill ? html`<path class="disc" d=${RING} />` : ring ? html`<path class=${`ring ${ring}`} d=${RING} />` : null}
    ${lines ? html`<path class=${solid ? "solid" : "lines"} d=${lines} />` : null}
  </g>`;
}

export const Glyph = ({ status, size = 16 }) => html`
  <svg class=${`glyph s-${status}`} width=${size} height=${size} viewBox="0 0 16 16" aria-hidden="true"><${Sign} status=${status} /></svg>`;

export const Status = ({ status, words }) => html`
  <span class=${`status s-${status}`}><${Glyph} status=${status} size=${14} /><span>${words || statusLabel(status)}</span></span>`;
