// The history of a run as a film: a slider over its events, marks where something failed, one step back and on, play.

import { html, useEffect, useMemo, useState } from "../vendor/htm-preact.js";
import { useKeys } from "../keys.js";
import { duration } from "../format.js";

const FILM_MS = 6000;
const FRAME_MS = 60;
const NOTED = { attempt_failed: "failed", task_failed: "failed", task_waiting: "waiting", run_resumed: "resumed", run_interrupted: "resumed" };
const MOST_NOTES = 120;

// `at` is how many events are shown, null for all of them.
export function Scrubber({ events, at, onMove }) {
  const [playing, setPlaying] = useState(false);
  const value = at ?? events.length;
  const event = events[value - 1];
  const move = (next) => onMove(next >= events.length ? null : Math.max(1, next));
  const stop = () => setPlaying(false);
  const notes = useMemo(() => events.map((each, index) => [index, NOTED[each.type]]).filter(([, kind]) => kind).slice(0, MOST_NOTES), [events, events.length]);
  useEffect(() => {
    if (!playing) return undefined;
    const step = Math.max(1, Math.round((events.length * FRAME_MS) / FILM_MS));
    const wait = Math.max(FRAME_MS, Math.min(250, FILM_MS / events.length));
    const timer = setTimeout(() => {
      if (value + step >= events.length) stop();
      move(value + step);
    }, wait);
    return () => clearTimeout(timer);
  }, [playing, value]);
  const play = () => {
    if (!playing && at === null) onMove(1);
    setPlaying(!playing);
  };
  const jump = (next) => { stop(); move(next); };
  useKeys({ p: play, "[": () => jump(value - 1), "]": () => jump(value + 1), End: () => jump(events.length) });
  if (events.length < 2) return null;
  const since = event ? event.at - events[0].at : 0;
  return html`
    <div class="scrubber" role="group" aria-label="History">
      <button type="button" class="icon" aria-label=${playing ? "Pause" : "Play the history"} title=${playing ? "Pause (p)" : "Play the history (p)"} onClick=${play}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path class="solid" d=${playing ? "M4 3h3v10H4zM9 3h3v10H9z" : "M4 2.5v11l9-5.5z"} /></svg></button>
      <button type="button" class="icon" aria-label="One event back" title="One event back ([)" disabled=${value <= 1} onClick=${() => jump(value - 1)}>‹</button>
      <button type="button" class="icon" aria-label="One event on" title="One event on (])" disabled=${at === null} onClick=${() => jump(value + 1)}>›</button>
      <div class="track"><input id="scrub" type="range" aria-label="History of the run" min="1" max=${events.length} value=${value}
          aria-valuetext=${event ? `event ${value} of ${events.length}: ${event.type} ${event.instance || ""}` : ""} onInput=${(change) => jump(Number(change.target.value))} />
        <div class="marks" aria-hidden="true">${notes.map(([index, kind]) => html`<i key=${index} class=${kind} style=${{ left: `${(100 * index) / (events.length - 1)}%` }}></i>`)}</div></div>
      <output for="scrub"><b>${value}</b><small>/${events.length}</small> <span>${duration(since)}</span> <span class="event">${event ? `${event.type.replaceAll("_", " ")} ${event.instance || ""}` : ""}</span></output>
      ${at === null ? null : html`<button type="button" class="small" onClick=${() => jump(events.length)}>To the end</button>`}
    </div>`;
}
