// The graph as hand-drawn SVG: scrolled, zoomed, folded, walked with the arrow keys. Only what is in sight is drawn, and
// a batch of events draws only the tasks anew that it was about; so a thousand tasks cost about as much as fifty.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/htm-preact.js";
import { PENDING } from "../summary.js";
import { Glyph, statusLabel } from "../status.js";
import { useKeys } from "../keys.js";
import { ancestorsOf, childrenOf, visible } from "./folding.js";
import { DAGRE_UP_TO, HEIGHT, WIDTH, fitIn, place } from "./layout.js";
import { Minimap } from "./minimap.js";
import { Node } from "./node.js";

const FAR = 0.5;
const TILE = 300;
const SMALLEST = 0.12;
const LARGEST = 2;
const READABLE = innerWidth < 600 ? 0.6 : 0.8;
const ALL_OPEN_UP_TO = 60;
const CLOCKED = new Set(["running", "retrying", "waiting", "waiting_for_subtasks"]);

// `states`: Map task → summary; `marks`: Map task → added|removed|changed|renamed|same; `critical`: Set of task ids in the order of time;
// `notes`: Map task → more words about it; `version` changes whenever the states did; `legend` names the signs to be explained under the graph.
export function Graph({ graph, states, marks, notes, selected, critical, now, version, legend, onPick }) {
  const [toggled, setToggled] = useState({});
  const children = useMemo(() => childrenOf(graph), [graph]);
  const openByItself = graph.nodes.length <= ALL_OPEN_UP_TO;
  const above = useMemo(() => new Set(selected ? ancestorsOf(graph, selected) : []), [graph, selected]);
  const isOpen = (id) => toggled[id] ?? (openByItself || above.has(id));
  const openKey = [...children.keys()].map((id) => Number(isOpen(id))).join("");
  const shown = useMemo(() => visible(graph, isOpen), [graph, openKey]);
  const frame = useRef(null);
  const [room, setRoom] = useState({ width: innerWidth * 0.6, height: innerHeight * 0.6 });
  const [turned, setTurned] = useState(false);
  useLayoutEffect(() => setRoom({ width: frame.current.clientWidth, height: frame.current.clientHeight }), []);
  const placed = useMemo(() => place(shown, room, turned), [shown, room, turned]);
  const [scale, setScale, fit] = useZoom(frame, placed);
  const [view, look] = useView(frame, scale, placed);
  useDrag(frame);
  const toggle = (id) => setToggled({ ...toggled, [id]: !isOpen(id) });
  const show = (id) => scrollTo(frame.current, placed.nodes.get(id), scale);
  useEffect(() => { if (selected) show(selected); }, [selected, placed]);
  const pick = (id) => {
    onPick(id);
    requestAnimationFrame(() => frame.current?.querySelector(`[data-task="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }));
  };
  const walk = (event) => {
    if (event.key === " " || event.key === "Enter") {
      const id = event.target.closest?.("[data-task]")?.dataset.task;
      if (!id) return;
      event.preventDefault();
      if (event.key === " " && children.has(id)) toggle(id);
      else pick(id);
      return;
    }
    const from = event.target.closest?.("[data-task]")?.dataset.task ?? selected ?? shown.nodes[0]?.id;
    const next = event.altKey || event.ctrlKey || event.metaKey ? null : neighbour(placed, from, event.key);
    if (!next) return;
    event.preventDefault();
    pick(next);
  };
  const turn = () => setTurned(!turned);
  useKeys({ f: fit, d: turn, "+": () => setScale(scale * 1.25), "-": () => setScale(scale / 1.25), 0: () => setScale(1) });
  // Nodes compare what they are given: these two stay the same for ever and call what is there now.
  const latest = useRef({});
  latest.current = { pick, toggle };
  const [onNode, onFold] = useMemo(() => [(id) => latest.current.pick(id), (id) => latest.current.toggle(id)], []);
  const culled = shown.nodes.filter((node) => node.id === selected || inView(placed.nodes.get(node.id), view));
  const focusable = selected && placed.nodes.has(selected) ? selected : shown.nodes[0]?.id;
  const overflows = view.width < placed.width - 1 || view.height < placed.height - 1;
  return html`
    <div class="graph">
      <div class="canvas" ref=${frame} onKeyDown=${walk} onScroll=${look}>
        <svg width=${placed.width * scale} height=${placed.height * scale} viewBox=${`0 0 ${placed.width} ${placed.height}`}
          role="group" aria-label=${`Task graph, ${shown.nodes.length} tasks; arrow keys move between them`}>
          ${placed.groups.map((box) => html`<rect key=${box.id} class="group" x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="16" />`)}
          <${Edges} edges=${placed.edges} critical=${critical} selected=${selected} />
          ${culled.map((node) => {
            const state = states ? states.get(node.id) || PENDING : null;
            return html`<${Node} key=${node.id} node=${node} at=${placed.nodes.get(node.id)} state=${state} mark=${marks?.get(node.id)} note=${notes?.get(node.id)}
              critical=${Boolean(critical?.has(node.id))} selected=${selected === node.id} focusable=${focusable === node.id} far=${scale < FAR}
              inside=${children.get(node.id)?.length || 0} open=${isOpen(node.id)} now=${state && CLOCKED.has(state.status) ? now : null}
              onPick=${onNode} onToggle=${onFold} />`;
          })}
        </svg>
      </div>
      ${overflows && shown.nodes.length > 12 ? html`<${Minimap} placed=${placed} states=${states} marks=${marks} view=${view} version=${version}
        onGo=${(x, y) => frame.current.scrollTo(x * scale - frame.current.clientWidth / 2, y * scale - frame.current.clientHeight / 2)} />` : null}
      <div class="under">
        <${Legend} names=${legend} critical=${Boolean(critical?.size)} />
        <div class="zoom" role="group" aria-label="Zoom">
          <button type="button" class="small" aria-label="Smaller (key −)" onClick=${() => setScale(scale / 1.25)}>−</button>
          <button type="button" class="small" title="Real size (key 0)" onClick=${() => setScale(1)}>${Math.round(scale * 100)} %</button>
          <button type="button" class="small" aria-label="Larger (key +)" onClick=${() => setScale(scale * 1.25)}>+</button>
          <button type="button" class="small" title="The whole graph (key f)" onClick=${fit}>Fit</button>
          ${shown.nodes.length > 1 && shown.nodes.length <= DAGRE_UP_TO ? html`<button type="button" class="small" title="Turn it: to the right or down (key d)" aria-label="Turn the graph (key d)" onClick=${turn}>${placed.down ? "→" : "↓"}</button>` : null}
        </div>
      </div>
    </div>`;
}

const Legend = ({ names = [], critical }) => (names.length || critical) && html`<ul class="legend" aria-label="Legend">
  ${names.map((name) => html`<li key=${name}><${Glyph} status=${name} size=${14} /> ${statusLabel(name)}</li>`)}
  ${critical ? html`<li><i class="outlined"></i> critical path</li>` : null}</ul>`;

// A few paths for all edges, by how they look; the edges of the selected task lie on top.
function Edges({ edges, critical, selected }) {
  const drawn = useMemo(() => {
    const kinds = new Map();
    const onPath = criticalEdges(edges, critical);
    for (const edge of edges) {
      const kind = onPath.has(edge) ? "critical" : edge.mark && edge.mark !== "same" ? `m-${edge.mark}` : edge.made ? "made" : edge.data ? "data" : "order";
      const kept = kinds.get(kind) || { path: "", tip: "" };
      kinds.set(kind, { path: kept.path + edge.path, tip: kept.tip + edge.tip });
    }
    return [...kinds].sort(([one], [other]) => Number(one === "critical") - Number(other === "critical"));
  }, [edges, critical]);
  const near = selected ? edges.filter((edge) => edge.source === selected || edge.target === selected) : [];
  return html`<g class="edges" aria-hidden="true">
    ${drawn.map(([kind, { path, tip }]) => html`<path key=${kind} class=${`edge ${kind}`} d=${path} /><path key=${`${kind} tip`} class=${`tip ${kind}`} d=${tip} />`)}
    ${near.length ? html`<path class="edge near" d=${near.map((edge) => edge.path).join("")} /><path class="tip near" d=${near.map((edge) => edge.tip).join("")} />` : null}
  </g>`;
}

// Of the edges into a task of the critical path, the one from where the path comes: `critical` is in the order of time.
function criticalEdges(edges, critical) {
  const place = new Map([...(critical || [])].map((id, index) => [id, index]));
  const best = new Map();
  for (const edge of edges) {
    if (!place.has(edge.source) || !place.has(edge.target)) continue;
    const known = best.get(edge.target);
    if (!known || place.get(edge.source) > place.get(known.source)) best.set(edge.target, edge);
  }
  return new Set(best.values());
}

const bounded = (scale) => Math.max(SMALLEST, Math.min(LARGEST, scale));

// The zoom: at first as much as fits while it can still be read; what was in the middle stays there.
function useZoom(frame, placed) {
  const [scale, set] = useState(1);
  const fitting = (least, most) => {
    const { clientWidth, clientHeight } = frame.current;
    return Math.max(least, fitIn(placed, { width: clientWidth - 2, height: clientHeight - 2 }, most));
  };
  useLayoutEffect(() => { set(bounded(fitting(READABLE, 1))); }, [placed.width, placed.height]);
  const change = (wanted) => {
    const next = bounded(wanted);
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = frame.current;
    const [x, y] = [(scrollLeft + clientWidth / 2) / scale, (scrollTop + clientHeight / 2) / scale];
    set(next);
    requestAnimationFrame(() => frame.current?.scrollTo(x * next - clientWidth / 2, y * next - clientHeight / 2));
  };
  useEffect(() => {
    const element = frame.current;
    const wheel = (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      change(scale * Math.exp(-event.deltaY / 300));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [scale]);
  return [scale, change, () => set(bounded(fitting(SMALLEST, 1.25)))];
}

// What is in sight, in the graph's own coordinates; rounded to tiles so that scrolling rarely draws anything.
function useView(frame, scale, placed) {
  const [view, setView] = useState({ x: 0, y: 0, width: 4000, height: 3000 });
  const look = () => {
    const element = frame.current;
    if (!element) return;
    const next = { x: element.scrollLeft / scale, y: element.scrollTop / scale, width: element.clientWidth / scale, height: element.clientHeight / scale };
    setView((before) => (Object.keys(next).every((key) => Math.round(next[key] / TILE * 4) === Math.round(before[key] / TILE * 4)) ? before : next));
  };
  useLayoutEffect(look, [scale, placed]);
  useEffect(() => {
    const watcher = new ResizeObserver(look);
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, [scale]);
  return [view, look];
}

const inView = (at, view) =>
  at.x + WIDTH > view.x - TILE && at.x < view.x + view.width + TILE && at.y + HEIGHT > view.y - TILE && at.y < view.y + view.height + TILE;

function scrollTo(element, at, scale) {
  if (!element || !at) return;
  const [left, top] = [at.x * scale, at.y * scale];
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = element;
  const seen = left >= scrollLeft && left + WIDTH * scale <= scrollLeft + clientWidth && top >= scrollTop && top + HEIGHT * scale <= scrollTop + clientHeight;
  if (!seen) element.scrollTo({ left: left - clientWidth / 2 + (WIDTH * scale) / 2, top: top - clientHeight / 2 + (HEIGHT * scale) / 2 });
}

// Dragging the empty part of the canvas moves it.
function useDrag(frame) {
  useEffect(() => {
    const element = frame.current;
    let from = null;
    const down = (event) => {
      if (event.button !== 0 || event.target.closest("[data-task]")) return;
      from = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
      element.classList.add("dragged");
    };
    const move = (event) => { if (from) element.scrollTo(from.x - event.clientX, from.y - event.clientY); };
    const up = () => { from = null; element.classList.remove("dragged"); };
    element.addEventListener("mousedown", down);
    addEventListener("mousemove", move);
    addEventListener("mouseup", up);
    return () => { element.removeEventListener("mousedown", down); removeEventListener("mousemove", move); removeEventListener("mouseup", up); };
  }, []);
}

// The nearest task in the direction of an arrow key.
function neighbour(placed, id, key) {
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  const from = placed.nodes.get(id);
  if (!direction || !from) return null;
  let best = null;
  for (const [other, at] of placed.nodes) {
    const [dx, dy] = [at.x - from.x, at.y - from.y];
    const ahead = dx * direction[0] + dy * direction[1];
    if (ahead < 10) continue;
    const far = ahead + 2 * (Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]));
    if (!best || far < best.far) best = { id: other, far };
  }
  return best?.id ?? null;
}
