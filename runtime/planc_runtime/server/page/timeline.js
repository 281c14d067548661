// A bar an attempt, hatched while it waits (to try again, or for a person), a thin line while it waited for a place, the
// critical path outlined, a mark where the run was resumed. Times are the events' clocks.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/htm-preact.js";
import { Sign, statusLabel } from "./status.js";
import { cutMiddle, duration, moment } from "./format.js";

const ROW = 28;
const BAR = 16;
const HEAD = 28;
const SPARE = 10;
const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400];

// Round times for the axis, about one every 110 pixels.
export function ticks(seconds, width) {
  const step = STEPS.find((each) => (each / seconds) * width >= 90) || Math.ceil(seconds / 86400 / 8) * 86400;
  const found = [];
  for (let at = 0; at <= seconds + step / 1000; at += step) found.push(at);
  return found;
}

// When the last of what an instance waits for had ended: it could have started then, had there been a place.
function readyTimes(run, graph) {
  const waitsFor = new Map(graph.nodes.map((node) => [node.id, node.reads || []]));
  const ends = new Map();
  for (const [task, items] of run.byTask) ends.set(task, items.every((item) => item.endedAt) ? Math.max(...items.map((item) => item.endedAt)) : null);
  return (item) => {
    const times = (waitsFor.get(item.task) || []).map((task) => ends.get(task)).filter(Boolean);
    return times.length ? Math.max(...times) : run.startedAt;
  };
}

export function Timeline({ run, graph, critical, selected, onPick, now, version }) {
  const rows = useMemo(
    () => [...run.instances.values()].filter((item) => item.startedAt !== null && !(item.index === null && run.expanded.has(item.id)))
      .sort((a, b) => a.startedAt - b.startedAt || a.endedSeq - b.endedSeq),
    [run, version],
  );
  const readyAt = useMemo(() => readyTimes(run, graph), [run, graph, version]);
  const frame = useRef(null);
  const [box, look] = useBox(frame);
  const place = rows.findIndex((item) => item.id === selected);
  useEffect(() => { if (place >= 0) intoSight(frame.current, HEAD + place * ROW); }, [selected]);
  if (!rows.length) return html`<div class="empty"><p>Nothing has started yet.</p></div>`;
  const left = box.width < 640 ? 132 : 216;
  const start = run.startedAt ?? rows[0].startedAt;
  const end = Math.max(run.endedAt ?? now ?? run.lastAt, run.lastAt ?? 0, start + 0.001);
  const width = Math.max(160, box.width - left - 76);
  const x = (at) => left + (Math.max(0, Math.min(at, end) - start) / (end - start)) * width;
  const first = Math.max(0, Math.floor(box.top / ROW / SPARE) * SPARE - SPARE);
  const shown = rows.slice(first, first + Math.ceil(box.height / ROW) + 3 * SPARE);
  const height = HEAD + rows.length * ROW + 8;
  const walk = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !rows[Math.max(0, place + step)]) return;
    event.preventDefault();
    onPick(rows[Math.max(0, place + step)].id);
  };
  return html`
    <div class="timeline">
      <div class="lanes" ref=${frame} onScroll=${look} tabindex="0" role="region" aria-label="Timeline; arrow keys go from row to row" onKeyDown=${walk}>
        <svg width=${left + width + 72} height=${height} role="group" aria-label=${`${rows.length} task instances over ${duration(end - start)}`}>
          <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2.5" height="6" /></pattern></defs>
          ${ticks(end - start, width).map((at) => html`<line class="grid" x1=${x(start + at)} x2=${x(start + at)} y1=${HEAD - 4} y2=${height} />`)}
          ${run.resumedAt.map((at) => html`<g class="resumed"><title>${`resumed ${moment(at)}`}</title><line x1=${x(at)} x2=${x(at)} y1=${HEAD - 6} y2=${height} /></g>`)}
          ${shown.map((item, index) => html`<${Row} key=${item.id} item=${item} top=${HEAD + (first + index) * ROW} x=${x} end=${end} left=${left}
            right=${left + width} critical=${critical?.has(item.id)} selected=${selected === item.id} readyAt=${readyAt(item)} onPick=${onPick} />`)}
          <g class="axis" transform=${`translate(0 ${box.top})`}><rect width=${left + width + 72} height=${HEAD - 4} />
            ${ticks(end - start, width).map((at) => html`<text x=${x(start + at)} y="16" text-anchor="middle">${at ? duration(at) : "0"}</text>`)}</g>
        </svg>
      </div>
      <ul class="legend under" aria-label="Legend">
        <li><i class="bar s-succeeded"></i> succeeded</li><li><i class="bar s-failed"></i> failed attempt</li><li><i class="bar s-running"></i> running</li>
        <li><i class="bar hatched"></i> waits to retry, or for a person</li><li><i class="bar queued"></i> waits for a place</li><li><i class="outlined"></i> critical path</li>
      </ul>
    </div>`;
}

function Row({ item, top, x, end, left, right, critical, selected, readyAt, onPick }) {
  const took = (item.endedAt ?? end) - item.startedAt;
  const tail = Math.min(right + 6, x(item.endedAt ?? end) + 8);
  const label = `${item.id}: ${statusLabel(item.status)}, ${duration(took)}, ${item.attempts.length} attempts${critical ? ", on the critical path" : ""}`;
  return html`
    <g class=${`row s-${item.status} ${critical ? "critical" : ""} ${selected ? "selected" : ""}`} transform=${`translate(0 ${top})`} role="button" tabindex="-1" data-instance=${item.id} onClick=${() => onPick(item.id)}>
      <title>${label}</title>
      <rect class="band" width=${right + 72} height=${ROW} />
      <g transform="translate(8 6)"><${Sign} status=${item.status} /></g>
      <text x="32" y="18.5" class="id">${cutMiddle(item.id, left < 200 ? 14 : 25)}</text>
      ${readyAt && item.startedAt - readyAt > 0 ? html`<line class="queued" x1=${x(readyAt)} x2=${x(item.startedAt)} y1=${ROW / 2} y2=${ROW / 2} />` : null}
      ${item.waits.map((wait) => html`<rect class="wait person" x=${x(wait.startedAt)} y="6" width=${Math.max(2, x(wait.endedAt ?? end) - x(wait.startedAt))} height=${BAR} rx="3" fill="url(#hatch)" />`)}
      ${item.attempts.map((attempt, number) => bars(item, attempt, number, x, end))}
      ${item.attempts.length === 0 && item.waits.length === 0 ? html`<path class=${`attempt ${item.reusedFrom ? "a-reused" : "a-succeeded"}`} d=${`M${x(item.startedAt)} 7l4 7l-4 7l-4-7z`} />` : null}
      <text class="measure" x=${tail} y="18">${item.reusedFrom ? "reused" : item.attempts.length || item.waits.length ? duration(took) : ""}</text>
    </g>`;
}

function bars(item, attempt, number, x, end) {
  const from = x(attempt.startedAt);
  const to = Math.max(from + 3, x(attempt.endedAt ?? end));
  const next = item.attempts[number + 1];
  const waits = attempt.retryIn !== null && attempt.endedAt;
  const until = waits ? x(next ? next.startedAt : Math.min(end, attempt.endedAt + attempt.retryIn)) : 0;
  return html`
    ${waits && until > to ? html`<rect class="wait" x=${to} y="6" width=${until - to} height=${BAR} fill="url(#hatch)" />` : null}
    <rect class=${`attempt a-${attempt.outcome}`} x=${from} y="6" width=${to - from} height=${BAR} rx="3" />
    ${item.attempts.length > 1 && to - from > 14 ? html`<text class="number" x=${from + 5} y="18">${attempt.number}</text>` : null}`;
}

// Width of the frame and what of it is scrolled to.
function useBox(frame) {
  const [box, setBox] = useState({ width: 900, height: 600, top: 0 });
  const look = () => {
    const element = frame.current;
    if (!element) return;
    setBox((before) => {
      const next = { width: element.clientWidth, height: element.clientHeight, top: element.scrollTop };
      return before.width === next.width && before.height === next.height && before.top === next.top ? before : next;
    });
  };
  useLayoutEffect(look);
  useEffect(() => {
    if (!frame.current) return undefined;
    const watcher = new ResizeObserver(look);
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, [Boolean(frame.current)]);
  return [box, look];
}

function intoSight(element, y) {
  if (!element) return;
  if (y < element.scrollTop + HEAD || y + ROW > element.scrollTop + element.clientHeight) element.scrollTop = y - element.clientHeight / 2;
}
