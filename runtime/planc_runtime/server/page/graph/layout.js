// Where the nodes stand. Small graphs by dagre; large ones in columns, in time linear in their size.

import * as dagre from "../vendor/dagre.esm.js";

export const WIDTH = 208;
export const HEIGHT = 56;
const GAP = 20;
const RANK_GAP = 60;
const MARGIN = 28;
export const DAGRE_UP_TO = 160;

// {nodes: Map id → {x, y}, edges: [{…edge, path, tip}], groups: [{id, x, y, width, height}], width, height, down}
// Small graphs go to the right or down, whichever is larger to see in `room` ({width, height}); `turned`: the other way.
export function place(graph, room, turned) {
  const placed = graph.nodes.length > DAGRE_UP_TO ? inColumns(graph) : inRoom(graph, room, turned);
  const groups = graph.groups.map((group) => boxAround(group, placed.nodes, graph.groups));
  const edges = graph.edges.map((edge) => draw(edge, placed)).filter(Boolean);
  return { ...placed, edges, groups };
}

export const fitIn = (placed, room, most = 1) => Math.min(most, room.width / placed.width, room.height / placed.height);

function inRoom(graph, room, turned) {
  const [right, down] = [byDagre(graph, false), byDagre(graph, true)];
  const isDown = fitIn(down, room) > 1.15 * fitIn(right, room);
  return isDown !== turned ? down : right;
}

function byDagre(graph, down) {
  const layout = new dagre.Graph({ compound: graph.groups.length > 0 });
  layout.setGraph({ rankdir: down ? "TB" : "LR", nodesep: down ? 28 : GAP, ranksep: down ? 46 : RANK_GAP, marginx: MARGIN, marginy: MARGIN });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) layout.setNode(node.id, { width: WIDTH, height: HEIGHT });
  for (const group of graph.groups) layout.setNode(`group ${group.id}`, {});
  for (const group of graph.groups) {
    const inner = new Set(graph.groups.filter((other) => other !== group && group.members.includes(other.id)).flatMap((other) => other.members));
    for (const id of group.members) if (!inner.has(id)) layout.setParent(id, `group ${group.id}`);
    for (const other of graph.groups) if (other.parent === group.id) layout.setParent(`group ${other.id}`, `group ${group.id}`);
  }
  for (const edge of graph.edges) layout.setEdge(edge.source, edge.target);
  dagre.layout(layout);
  const nodes = new Map();
  for (const { id } of graph.nodes) {
    const { x, y } = layout.node(id);
    nodes.set(id, { x: Math.round(x - WIDTH / 2), y: Math.round(y - HEIGHT / 2) });
  }
  // Where an edge has to pass between nodes: the points that dagre gave it, without its two ends.
  const through = (edge) => layout.edge(edge.source, edge.target)?.points.slice(1, -1) || [];
  const { width, height } = layout.graph();
  return { nodes, width, height, down, through };
}

// The longest way from a start to each task, in edges. A task on a cycle (never in a plan that compiles) gets rank 0.
export function ranksOf(graph) {
  const left = new Map(graph.nodes.map((node) => [node.id, 0]));
  const targets = new Map(graph.nodes.map((node) => [node.id, []]));
  for (const { source, target } of graph.edges) {
    if (!left.has(source) || !left.has(target)) continue;
    left.set(target, left.get(target) + 1);
    targets.get(source).push(target);
  }
  const ranks = new Map(graph.nodes.map((node) => [node.id, 0]));
  const ready = graph.nodes.filter((node) => left.get(node.id) === 0).map((node) => node.id);
  for (let next = 0; next < ready.length; next += 1) {
    for (const target of targets.get(ready[next])) {
      ranks.set(target, Math.max(ranks.get(target), ranks.get(ready[next]) + 1));
      left.set(target, left.get(target) - 1);
      if (left.get(target) === 0) ready.push(target);
    }
  }
  return ranks;
}

// A column a rank; within it a task stands beside the middle of what it waits for, as near as there is room.
function inColumns(graph) {
  const ranks = ranksOf(graph);
  const sources = new Map(graph.nodes.map((node) => [node.id, []]));
  for (const edge of graph.edges) sources.get(edge.target)?.push(edge.source);
  const columns = [];
  for (const { id } of graph.nodes) (columns[ranks.get(id)] ??= []).push(id);
  const rows = new Map();
  columns.forEach((column) => {
    const wish = new Map(column.map((id, index) => {
      const known = sources.get(id).map((source) => rows.get(source)).filter((row) => row !== undefined);
      return [id, known.length ? known.reduce((sum, row) => sum + row, 0) / known.length : index];
    }));
    let free = 0;
    for (const id of column.sort((a, b) => wish.get(a) - wish.get(b))) {
      const row = Math.max(free, Math.round(wish.get(id)));
      rows.set(id, row);
      free = row + 1;
    }
  });
  const nodes = new Map();
  let tallest = 0;
  for (const [id, row] of rows) {
    nodes.set(id, { x: MARGIN + ranks.get(id) * (WIDTH + RANK_GAP), y: MARGIN + row * (HEIGHT + GAP) });
    tallest = Math.max(tallest, row + 1);
  }
  return {
    nodes,
    width: 2 * MARGIN + columns.length * (WIDTH + RANK_GAP) - RANK_GAP,
    height: 2 * MARGIN + tallest * (HEIGHT + GAP) - GAP,
    down: false,
    through: () => [],
  };
}

const PADDING = 14;

function boxAround(group, nodes, groups) {
  const depth = groups.filter((other) => other !== group && group.members.includes(other.id)).length;
  const pad = PADDING + Math.min(depth, 3) * 6;
  const points = group.members.map((id) => nodes.get(id));
  const x = Math.min(...points.map((at) => at.x)) - pad;
  const y = Math.min(...points.map((at) => at.y)) - pad;
  return {
    id: group.id, x, y,
    width: Math.max(...points.map((at) => at.x)) + WIDTH + pad - x,
    height: Math.max(...points.map((at) => at.y)) + HEIGHT + pad - y,
  };
}

const TIP = 7;
const LEAD = 18;

// A curve from one node to another, along the points between which it has to pass, and the arrow's tip as a shape of
// its own (so that all edges of a kind can be one path).
function draw(edge, { nodes, down, through }) {
  const from = nodes.get(edge.source);
  const to = nodes.get(edge.target);
  if (!from || !to) return null;
  const start = down ? { x: from.x + WIDTH / 2, y: from.y + HEIGHT } : { x: from.x + WIDTH, y: from.y + HEIGHT / 2 };
  const point = down ? { x: to.x + WIDTH / 2, y: to.y - 2 } : { x: to.x - 2, y: to.y + HEIGHT / 2 };
  const end = down ? { x: point.x, y: point.y - TIP } : { x: point.x - TIP, y: point.y };
  const between = through(edge);
  const path = between.length > 1 ? spline([start, ahead(start, down, LEAD), ...between, ahead(end, down, -LEAD), end]) : `M${start.x} ${start.y}${bend(start, end, down)}`;
  const tip = down
    ? `M${end.x - 4} ${end.y}L${point.x} ${point.y}L${end.x + 4} ${end.y}z`
    : `M${end.x} ${end.y - 4}L${point.x} ${point.y}L${end.x} ${end.y + 4}z`;
  return { ...edge, path, tip };
}

const ahead = (at, down, by) => (down ? { x: at.x, y: at.y + by } : { x: at.x + by, y: at.y });

// A cubic B-spline that begins at the first point and ends at the last; the others pull it.
function spline(points) {
  const mean = (a, b, part) => `${(a.x * (1 - part) + b.x * part).toFixed(1)} ${(a.y * (1 - part) + b.y * part).toFixed(1)}`;
  const last = points[points.length - 1];
  let path = `M${points[0].x} ${points[0].y}L${mean(points[0], points[1], 1 / 6)}`;
  for (let next = 1; next < points.length - 1; next += 1) {
    const [a, b, c] = [points[next - 1], points[next], points[next + 1]];
    path += `C${mean(a, b, 1 / 3)} ${mean(a, b, 2 / 3)} ${((a.x + 4 * b.x + c.x) / 6).toFixed(1)} ${((a.y + 4 * b.y + c.y) / 6).toFixed(1)}`;
  }
  const before = points[points.length - 2];
  return `${path}C${mean(before, last, 1 / 3)} ${mean(before, last, 2 / 3)} ${last.x} ${last.y}`;
}

// A curve that leaves and arrives along the direction of the graph.
function bend(a, b, down) {
  const half = down ? (b.y - a.y) / 2 : (b.x - a.x) / 2;
  const reach = half > 0 ? half : 50;
  return down
    ? `C${a.x} ${a.y + reach} ${b.x} ${b.y - reach} ${b.x} ${b.y}`
    : `C${a.x + reach} ${a.y} ${b.x - reach} ${b.y} ${b.x} ${b.y}`;
}
