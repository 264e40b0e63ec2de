// What the page asks its own gateway for. Nothing is ever asked of another host.

const TIMEOUT_MS = 15000;

export class Refused extends Error {
  constructor(status, detail, field) {
    super(detail);
    this.status = status;
    this.field = field;
  }
}

const address = (path) => new URL(path, document.baseURI);

export async function ask(path, options = {}) {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  const response = await fetch(address(path), { ...options, signal });
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** Problem details, or what a bare framework answers, as one sentence and the field that it names. */
async function refusal(response) {
  const found = await response.json().catch(() => null);
  const listed = Array.isArray(found?.detail) ? found.detail : Array.isArray(found?.errors) ? found.errors : [];
  const first = listed[0] ?? {};
  const path = Array.isArray(first.loc) ? first.loc : String(first.field ?? first.pointer ?? "").split(/[./]/);
  const said = first.msg ?? first.detail ?? (typeof found?.detail === "string" ? found.detail : found?.title);
  return new Refused(response.status, String(said ?? "the gateway refused"), String(path.at(-1) ?? ""));
}

/** Why something failed, in words. */
export function reason(error) {
  if (error instanceof Refused) return `${error.message} (${error.status})`;
  if (error?.name === "TimeoutError") return "the gateway did not answer in time";
  return "the gateway cannot be reached";
}

/** Server-sent events with our own headers, so that we decide when to connect again and from which event on. */
export async function* events(path, { signal, lastId = "", onOpen = () => {}, silenceMs = 0 }) {
  const headers = { Accept: "text/event-stream" };
  if (lastId) headers["Last-Event-ID"] = lastId;
  const silence = new AbortController();
  let timer = 0;
  const heard = () => {
    clearTimeout(timer);
    if (silenceMs) timer = setTimeout(() => silence.abort(), silenceMs);
  };
  heard();
  try {
    const response = await fetch(address(path), {
      headers, cache: "no-store", signal: AbortSignal.any([signal, silence.signal]),
    });
    if (!response.ok) throw await refusal(response);
    onOpen();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parsed(block);
        if (event) yield event;
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

function parsed(block) {
  const event = { type: "message", id: "", data: "" };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") event.data += (event.data ? "\n" : "") + value;
    else if (name === "event") event.type = value;
    else if (name === "id") event.id = value;
  }
  return event.data ? event : null;
}
