// JSON Schemas for people: a short type in one line, the members of an object as a table, references as links.

import { html } from "../vendor/htm-preact.js";

const nameOf = (reference) => reference.split("/").at(-1);

// Bounds of a number, a text or a list, such as "1 … 500".
function bounds(schema) {
  const low = schema.minimum ?? schema.minLength ?? schema.minItems;
  const high = schema.maximum ?? schema.maxLength ?? schema.maxItems;
  if (schema.exclusiveMinimum !== undefined) return `more than ${schema.exclusiveMinimum}`;
  if (low !== undefined && high !== undefined) return `${low} … ${high}`;
  if (low !== undefined) return `${low} or more`;
  return high !== undefined ? `at most ${high}` : "";
}

const isNull = (schema) => schema.type === "null";

// A schema in one line.
export function Type({ schema }) {
  if (schema.$ref) return html`<a href=${`#schema-${nameOf(schema.$ref)}`}>${nameOf(schema.$ref)}</a>`;
  const choices = schema.anyOf || schema.oneOf;
  if (choices) {
    const kinds = choices.filter((choice) => !isNull(choice));
    return html`${kinds.map((choice, index) => html`${index ? " or " : ""}<${Type} schema=${choice} />`)}${kinds.length < choices.length ? " or null" : ""}`;
  }
  if (schema.enum) return html`${schema.enum.map((value, index) => html`${index ? ", " : ""}<code>${JSON.stringify(value)}</code>`)}`;
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.type === "array" && schema.prefixItems) {
    return html`list of ${schema.prefixItems.map((item, index) => html`${index ? ", " : ""}<${Type} schema=${item} />`)}`;
  }
  if (schema.type === "array") return html`list of <${Type} schema=${schema.items || {}} />`;
  if (schema.type === "object" && schema.additionalProperties?.type) return html`object of <${Type} schema=${schema.additionalProperties} />`;
  const more = [bounds(schema), schema.pattern ? `like ${schema.pattern}` : "", schema.default !== undefined ? `default ${JSON.stringify(schema.default)}` : ""];
  return html`${schema.type || "anything"}${more.filter(Boolean).map((text) => html`<span class="more">, ${text}</span>`)}`;
}

// A schema with its members.
export function Schema({ schema }) {
  if (!schema.properties) return html`<span class="type"><${Type} schema=${schema} /></span>${schema.description ? html`<p>${schema.description}</p>` : null}`;
  const required = new Set(schema.required || []);
  return html`
    ${schema.description ? html`<p>${schema.description}</p>` : null}
    <table>
      <thead><tr><th scope="col">Member</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
      <tbody>${Object.entries(schema.properties).map(([name, member]) => html`
        <tr><td><code>${name}</code>${required.has(name) ? html` <span class="required">required</span>` : null}</td>
          <td><${Type} schema=${member} /></td><td>${member.description || ""}</td></tr>`)}
      </tbody>
    </table>`;
}
