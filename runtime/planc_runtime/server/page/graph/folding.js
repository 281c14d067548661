// Which tasks are drawn when some sub-plans are folded, and where the edges of an unfolded one begin and end. Pure.

// Tasks by the task whose sub-plan they belong to. A `parent` may name an instance of a foreach: its number is dropped.
export function childrenOf(graph) {
  const children = new Map();
  for (const node of graph.nodes) {
    if (!node.parent) continue;
    if (!children.has(node.parent)) children.set(node.parent, []);
    children.get(node.parent).push(node);
  }
  return children;
}

// The ids of the tasks that have to be unfolded for `id` to be seen: "a/b/c" → ["a", "a/b"].
export function ancestorsOf(graph, id) {
  const parents = new Map(graph.nodes.map((node) => [node.id, node.parent]));
  const found = [];
  for (let above = parents.get(id); above; above = parents.get(above)) found.unshift(above);
  return found;
}

// {nodes, edges, groups}: a group is the box around an unfolded task and what it became ({id, members}).
export function visible(graph, isOpen) {
  const children = childrenOf(graph);
  if (children.size === 0) return { nodes: graph.nodes, edges: graph.edges, groups: [] };
  const shown = new Set();
  const groups = [];
  const walk = (node) => {
    shown.add(node.id);
    const own = children.get(node.id);
    if (!own || !isOpen(node.id)) return [node.id];
    const members = [node.id, ...own.flatMap(walk)];
    groups.push({ id: node.id, members, parent: node.parent });
    return members;
  };
  graph.nodes.filter((node) => !node.parent).forEach(walk);
  const nodes = graph.nodes.filter((node) => shown.has(node.id));
  return { nodes, edges: edgesOf(graph, shown, children, isOpen), groups };
}

// In a diff what was removed is not on the way from a task to the next: it only hangs on what it read.
function edgesOf(graph, shown, children, isOpen) {
  const living = graph.edges.filter((edge) => edge.mark !== "removed");
  const sourced = { removed: new Set(graph.edges.map((edge) => edge.target)), living: new Set(living.map((edge) => edge.target)) };
  const hasSource = (node) => sourced[node.mark === "removed" ? "removed" : "living"].has(node.id);
  const hasTarget = new Set(living.map((edge) => edge.source));
  const isUnfolded = (id) => children.has(id) && isOpen(id);
  // What comes out of an unfolded task comes from the last of its children.
  const ends = (id) => {
    const last = isUnfolded(id) ? children.get(id).filter((child) => child.mark !== "removed" && !hasTarget.has(child.id)) : [];
    return last.length ? last.flatMap((child) => ends(child.id)) : [id];
  };
  const edges = [];
  for (const edge of graph.edges) {
    if (!shown.has(edge.source) || !shown.has(edge.target)) continue;
    for (const source of ends(edge.source)) edges.push({ ...edge, source });
  }
  for (const [id, own] of children) {
    if (!shown.has(id) || !isOpen(id)) continue;
    for (const child of own) if (!hasSource(child)) edges.push({ source: id, target: child.id, data: false, made: true, mark: child.mark === "removed" || child.mark === "added" ? child.mark : undefined });
  }
  return edges;
}
