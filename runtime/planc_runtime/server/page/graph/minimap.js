// The whole of a large graph in a corner, as coloured points on a canvas; a click goes there. For pointers only: the
// list of tasks and the arrow keys do the same for everybody else.

import { html, useEffect, useRef } from "../vendor/htm-preact.js";
import { HEIGHT, WIDTH } from "./layout.js";

const LARGEST = [190, 120];

export function Minimap({ placed, states, marks, view, version, onGo }) {
  const canvas = useRef(null);
  const scale = Math.min(LARGEST[0] / placed.width, LARGEST[1] / placed.height);
  const [width, height] = [Math.ceil(placed.width * scale), Math.max(12, Math.ceil(placed.height * scale))];
  useEffect(() => {
    const pen = canvas.current.getContext("2d");
    const dense = devicePixelRatio || 1;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const colours = coloursOf(canvas.current);
    for (const [id, at] of placed.nodes) {
      pen.fillStyle = colours(marks?.get(id) || states?.get(id)?.status || "pending");
      pen.fillRect(at.x * scale, at.y * scale, Math.max(1.2, WIDTH * scale), Math.max(1.2, HEIGHT * scale));
    }
  }, [placed, version, width, height]);
  const go = (event) => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const box = canvas.current.getBoundingClientRect();
    onGo((event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
  };
  const dense = devicePixelRatio || 1;
  return html`<div class="minimap" aria-hidden="true" style=${{ width: `${width}px`, height: `${height}px` }} onPointerDown=${go} onPointerMove=${go}>
    <canvas ref=${canvas} width=${width * dense} height=${height * dense} style=${{ width: `${width}px`, height: `${height}px` }}></canvas>
    <i style=${{ left: `${view.x * scale}px`, top: `${view.y * scale}px`, width: `${view.width * scale}px`, height: `${view.height * scale}px` }}></i>
  </div>`;
}

// Colours of the states as the style sheet has them now (light or dark).
function coloursOf(element) {
  const found = new Map();
  const probe = document.createElement("span");
  element.parentNode.append(probe);
  const colour = (status) => {
    if (!found.has(status)) {
      probe.className = `probe s-${status}`;
      found.set(status, getComputedStyle(probe).color);
    }
    return found.get(status);
  };
  setTimeout(() => probe.remove());
  return colour;
}
