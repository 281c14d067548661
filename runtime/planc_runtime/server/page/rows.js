// A table of any length of which only what is in sight is in the document. Arrow keys go from row to row.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/htm-preact.js";

const SPARE = 12;

// `columns`: [[title, class]…]; `render(row, index)` gives the cells (<td>…); `height` is that of every row in pixels;
// `keyOf(row)` names a row; `rowProps(row)` are attributes of its <tr>. `atEnd` keeps the newest row in sight.
export function Rows({ rows, columns, render, keyOf, height, label, rowProps = () => ({}), atEnd = false, onPick }) {
  const frame = useRef(null);
  const [span, setSpan] = useState([0, 60]);
  const look = () => {
    const { scrollTop, clientHeight } = frame.current;
    const first = Math.max(0, Math.floor(scrollTop / height / SPARE) * SPARE - SPARE);
    const last = first + Math.ceil(clientHeight / height) + 3 * SPARE;
    setSpan((before) => (before[0] === first && before[1] === last ? before : [first, last]));
  };
  useEffect(() => {
    const watcher = new ResizeObserver(look);
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, []);
  const stuck = useRef(true);
  useLayoutEffect(() => {
    if (atEnd && stuck.current) frame.current.scrollTop = frame.current.scrollHeight;
    look();
  }, [rows.length]);
  const scrolled = () => {
    const { scrollTop, clientHeight, scrollHeight } = frame.current;
    stuck.current = scrollHeight - scrollTop - clientHeight < 2 * height;
    look();
  };
  const [first, last] = [Math.min(span[0], Math.max(0, rows.length - 1)), Math.min(rows.length, span[1])];
  return html`
    <div class="rows" ref=${frame} onScroll=${scrolled} onKeyDown=${walkRows} tabindex="0" role="region" aria-label=${label}>
      <table aria-rowcount=${rows.length + 1}>
        <thead><tr>${columns.map(([title, kind]) => html`<th scope="col" class=${kind}>${title}</th>`)}</tr></thead>
        <tbody>
          ${first > 0 ? html`<tr class="spacer" aria-hidden="true" key="before"><td colspan=${columns.length} style=${{ height: `${first * height}px` }}></td></tr>` : null}
          ${rows.slice(first, last).map((row, index) => html`
            <tr key=${keyOf(row)} aria-rowindex=${first + index + 2} style=${{ height: `${height}px` }} ...${rowProps(row)}
              onClick=${onPick ? (event) => { if (!event.target.closest("a, button")) onPick(row); } : undefined}>${render(row, first + index)}</tr>`)}
          ${last < rows.length ? html`<tr class="spacer" aria-hidden="true" key="after"><td colspan=${columns.length} style=${{ height: `${(rows.length - last) * height}px` }}></td></tr>` : null}
        </tbody>
      </table>
    </div>`;
}

// Up and down between the links (or buttons) that begin the rows of a table.
export function walkRows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const stops = [...event.currentTarget.querySelectorAll("tbody tr")].map((row) => row.querySelector("a, button")).filter(Boolean);
  if (!stops.length) return;
  const at = stops.indexOf(document.activeElement?.closest?.("tr")?.querySelector("a, button"));
  const next = stops[at === -1 ? 0 : Math.max(0, Math.min(stops.length - 1, at + step))];
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
