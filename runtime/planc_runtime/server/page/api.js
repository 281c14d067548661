// Talking to the server: JSON requests with readable errors, and server-sent events that survive a restart.

export class ApiError extends Error {
  constructor(problem, status) {
    super(problem.detail || problem.title || `the server answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

// A report (`planc report`) is this page with its answers inside: path → answer. Null when a server is behind it.
const recorded = document.getElementById("recording");
export const recording = recorded ? JSON.parse(recorded.textContent) : null;

async function read(response) {
  if (response.status === 204) return null;
  const type = response.headers.get("content-type") || "";
  const body = type.includes("json") ? await response.json() : { detail: await response.text() };
  if (!response.ok) throw new ApiError(body, response.status);
  return body;
}

async function call(path, options) {
  if (recording) {
    if (path in recording.answers) return recording.answers[path];
    throw new ApiError({ detail: "a report is a recording: nothing can be asked or started here" }, 0);
  }
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ApiError({ detail: "the server does not answer; is `planc serve` still running?" }, 0);
  }
  return read(response);
}

export const get = (path) => call(path);

export const post = (path, body, headers = {}) =>
  call(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body ?? {}),
  });

const AGAIN_MS = 1000;
const HIDDEN_MS = 5000;
const GATHER_MS = 50;

// Follows a run's events after `seq`. `onBatch(events)` gets them in order, none twice; `onState` hears "live",
// "reconnecting", "locked" (the server asks for a token that this page has not) and "ended". A page out of sight looks
// every few seconds instead: a browser opens six connections to a server, and people keep more tabs than that.
// Returns a function that stops following.
export function follow(run, seq, onBatch, onState) {
  const base = `/api/runs/${encodeURIComponent(run)}`;
  let last = seq;
  let source = null;
  let stopped = false;
  let timer = null;
  let queue = [];
  let gathering = null;
  if (recording) {
    onState("ended");
    return () => {};
  }
  const take = (event) => {
    if (event.seq <= last) return;
    last = event.seq;
    queue.push(event);
    gathering ??= setTimeout(flush, GATHER_MS);
  };
  const flush = () => {
    clearTimeout(gathering);
    gathering = null;
    const batch = queue;
    queue = [];
    if (batch.length && !stopped) onBatch(batch);
  };
  const end = () => {
    flush();
    stop();
    onState("ended");
  };
  const open = () => {
    source = new EventSource(`${base}/stream?after=${last}`);
    source.onopen = () => onState("live");
    source.onmessage = (message) => take(JSON.parse(message.data));
    source.addEventListener("end", end);
    source.onerror = () => {
      source.close();
      if (!stopped) later(ask, AGAIN_MS);
      onState("reconnecting");
    };
  };
  // An EventSource does not say why it failed: a request does.
  const ask = () => get("/api/session").then(open, (problem) => {
    onState(problem.status === 401 ? "locked" : "reconnecting");
    later(ask, AGAIN_MS);
  });
  const look = () => get(`${base}/events?after=${last}&limit=5000`).then((page) => {
    page.events.forEach(take);
    flush();
  }, () => {}).then(() => { if (!stopped) later(document.hidden ? look : open, document.hidden ? HIDDEN_MS : 0); });
  const later = (action, wait) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(action, wait);
  };
  const turn = () => {
    source?.close();
    later(document.hidden ? look : open, document.hidden ? HIDDEN_MS : 0);
  };
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(gathering);
    document.removeEventListener("visibilitychange", turn);
    source?.close();
  };
  document.addEventListener("visibilitychange", turn);
  open();
  return stop;
}

// Reads a streamed answer of newline-delimited JSON (a plan being written) and hands each object on.
// `signal` stops it, on the server too.
export async function stream(path, body, onItem, signal) {
  const response = await fetch(path, {
    method: "POST",
    credentials: "same-origin",
    signal,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) return read(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.trim()) onItem(JSON.parse(line));
  }
  return null;
}
