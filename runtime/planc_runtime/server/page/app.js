// The shell: which view the address names, the navigation, and what is shown when a view fails.

import { html, render, useEffect, useErrorBoundary, useState } from "./vendor/htm-preact.js";
import { get, recording } from "./api.js";
import { Empty, Problem, useLoad } from "./parts.js";
import { Help, useKeys } from "./keys.js";
import { applyTheme, nextTheme } from "./theme.js";
import { RunsView } from "./views/runs.js";
import { RunView } from "./views/run.js";
import { PlansView } from "./views/plans.js";
import { PlanView } from "./views/plan.js";
import { DiffView } from "./views/diff.js";
import { AsksView } from "./views/asks.js";
import { NewRunView } from "./views/new.js";

// "#/runs/01ABC/summarise[2]?tab=timeline" → {path: ["runs", "01ABC", "summarise[2]"], query}
export function parseAddress(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  return {
    path: path.split("/").filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query || "")),
  };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const NAVIGATION = [
  ["runs", "Runs"],
  ["plans", "Plans"],
  ["diff", "Diff"],
  ["asks", "Questions"],
];
const ASK_AGAIN_MS = 5000;

const go = (address) => () => { location.hash = address; };

function route({ path, query }) {
  const [first, second, third] = path;
  if (first === "runs" && second) return html`<${RunView} key=${second} run=${second} instance=${third} query=${query} />`;
  if (first === "plans" && second) return html`<${PlanView} key=${second} path=${second} query=${query} />`;
  if (first === "plans") return html`<${PlansView} />`;
  if (first === "diff") return html`<${DiffView} query=${query} />`;
  if (first === "asks") return html`<${AsksView} />`;
  if (first === "new") return html`<${NewRunView} query=${query} />`;
  if (!first || first === "runs") return html`<${RunsView} query=${query} />`;
  return html`<section class="page"><h1 class="hidden">Not found</h1><${Empty} title="There is no page at this address"><p><a href="#/runs">All runs</a></p><//></section>`;
}

// A view that breaks says so and leaves the rest of the page alone.
function Guarded({ address }) {
  const [error, reset] = useErrorBoundary();
  useEffect(() => { if (error) reset(); }, [address]);
  if (error) return html`<section class="page"><h1>This view failed</h1><${Problem} problem=${error} /><p><button type="button" onClick=${reset}>Try again</button></p></section>`;
  return route(address);
}

function useAddress() {
  const [address, setAddress] = useState(parseAddress(location.hash));
  useEffect(() => {
    const listen = () => setAddress(parseAddress(location.hash));
    addEventListener("hashchange", listen);
    return () => removeEventListener("hashchange", listen);
  }, []);
  return address;
}

function Report() {
  const { path, query } = useAddress();
  const [help, setHelp] = useState(false);
  useKeys({ "?": () => setHelp(true), t: nextTheme });
  return html`<main id="main" tabindex="-1"><${RunView} run=${recording.run} instance=${path[2]} query=${query} /></main>
    ${help ? html`<${Help} onClose=${() => setHelp(false)} />` : null}`;
}

function App() {
  const address = useAddress();
  const [help, setHelp] = useState(false);
  const [theme, setTheme] = useState(applyTheme());
  const [session, problem] = useLoad(() => get("/api/session"), "session", ASK_AGAIN_MS);
  const here = address.path[0] || "runs";
  const turn = () => setTheme(nextTheme());
  useKeys({
    "?": () => setHelp(true), t: turn, n: go("#/new"),
    "g r": go("#/runs"), "g p": go("#/plans"), "g d": go("#/diff"), "g q": go("#/asks"),
    "/": () => document.querySelector("input[type=search]")?.focus(),
    Escape: () => document.activeElement?.blur?.(),
  });
  const locked = problem?.status === 401;
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.getElementById("main").focus(); }}>Skip to content</a>
    <header class="bar">
      <a class="brand" href="#/runs"><img src="icon.svg" alt="" width="24" height="24" /><span>planc</span></a>
      <nav aria-label="Main">
        ${NAVIGATION.map(([path, label]) => html`
          <a key=${path} href=${`#/${path}`} aria-current=${here === path ? "page" : undefined}>${label}${path === "asks" && session?.waiting
            ? html`<span class="badge" aria-label=${`, ${session.waiting} waiting`}>${session.waiting}</span>` : null}</a>`)}
      </nav>
      <span class="where" title=${session ? `folder ${session.folder}, model ${session.model}` : ""}>${session ? html`<b>${session.folder}</b><span>${session.model}</span>` : null}</span>
      <button type="button" class="icon" title=${`Theme: ${theme} (t)`} aria-label=${`Theme: ${theme}`} onClick=${turn}>
        <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true"><circle cx="9" cy="9" r="6.5" /><path class="solid" d="M9 2.5a6.5 6.5 0 0 1 0 13z" /></svg></button>
      <button type="button" class="icon" title="Keyboard shortcuts (?)" aria-label="Keyboard shortcuts" onClick=${() => setHelp(true)}><b aria-hidden="true">?</b></button>
      <a class="button primary" href="#/new" aria-current=${here === "new" ? "page" : undefined}>New run</a>
    </header>
    <main id="main" tabindex="-1">
      ${problem && !locked ? html`<p class="notice banner" role="status">${problem.message}. Trying again.</p>` : null}
      ${locked ? html`<section class="page"><h1 class="hidden">Locked</h1><${Problem} problem=${problem} /></section>` : html`<${Guarded} address=${address} />`}
    </main>
    ${help ? html`<${Help} onClose=${() => setHelp(false)} />` : null}`;
}

applyTheme();
render(html`<${recording ? Report : App} />`, document.getElementById("app"));
