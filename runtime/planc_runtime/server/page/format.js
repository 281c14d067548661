// Numbers and values as people read them.

export function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "";
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  return `${minutes} min ${whole % 60} s`;
}

export const count = (number) =>
  number >= 1e6 ? `${(number / 1e6).toFixed(1)}M` : number >= 1e4 ? `${Math.round(number / 1e3)}k` : number >= 1e3 ? `${(number / 1e3).toFixed(1)}k` : String(number);

export const dollars = (usd) => `$${usd > 0 && usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2)}`;

export function cost(usage) {
  if (!usage || !usage.calls) return "";
  if (usage.unpriced || usage.usd === null || usage.usd === undefined) return "unpriced";
  return dollars(usage.usd);
}

export const moment = (at) => (at ? new Date(at * 1000).toLocaleString() : "");

// "just now", "4 min ago", "yesterday": `now` and `at` are seconds.
export function ago(at, now) {
  if (!at) return "";
  const seconds = Math.max(0, now - at);
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  return new Date(at * 1000).toLocaleDateString();
}

export const plural = (number, word, many = `${word}s`) => `${number} ${number === 1 ? word : many}`;

export const baseName = (path) => (path || "").split(/[\\/]/).pop();

export const cut = (value, length) => (value.length > length ? `${value.slice(0, length - 1)}…` : value);

// Long names are told apart by their ends as well: "a_task_whose…sixty_four_1".
export const cutMiddle = (value, length) => {
  if (value.length <= length) return value;
  const tail = Math.floor((length - 1) / 3);
  return `${value.slice(0, length - 1 - tail)}…${value.slice(-tail)}`;
};

// Text of a value: strings as they are, everything else as JSON. Control and bidi characters become visible.
export function text(value) {
  const raw = typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "";
  return raw.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
