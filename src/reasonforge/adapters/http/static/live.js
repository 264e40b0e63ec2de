// Epochs as they happen: a lane for each validator, a card for each task that it has scored.

import { byId, element, say } from "./dom.js";
import { number, percent, plural, short } from "./format.js";

const MOST_LANES = 6;
const lanes = new Map();

/** One event of the stream; whether the stored figures have changed with it. */
export function hear(type, data) {
  let event;
  try {
    event = JSON.parse(data).data;
  } catch {
    return false;
  }
  const take = { epoch_started: started, task_scored: scored, epoch_closed: closed, weights_set: weighted }[type];
  if (!take || typeof event?.validator !== "string") return false;
  take(event);
  draw();
  return type === "epoch_closed" || type === "weights_set";
}

function laneOf(event) {
  const known = lanes.get(event.validator);
  const lane = known?.epoch === event.epoch ? known
    : { epoch: event.epoch, validator: event.validator, tasks: 0, miners: null, scored: new Map(), state: "open", top: [] };
  lanes.delete(event.validator);
  lanes.set(event.validator, lane);
  while (lanes.size > MOST_LANES) lanes.delete(lanes.keys().next().value);
  return lane;
}

function started(event) {
  const lane = laneOf(event);
  lane.tasks = event.tasks;
  lane.miners = event.miners;
}

function scored(event) {
  const lane = laneOf(event);
  lane.tasks = event.of;
  lane.scored.set(event.index, event);
}

function closed(event) {
  const lane = laneOf(event);
  lane.state = "closed";
  lane.miners = event.miners;
  lane.top = event.top;
}

function weighted(event) {
  const lane = lanes.get(event.validator);
  if (lane?.epoch === event.epoch) lane.state = `weights ${event.outcome}`;
}

let drawing = 0;

function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    const shown = [...lanes.values()].reverse();
    const newest = Math.max(...shown.map((lane) => lane.epoch));
    const running = shown.filter((lane) => lane.state === "open");
    say("live-note", "");
    say("live-summary", running.length
      ? `Epoch ${number(newest)}: ${plural(running.length, "validator")} at work`
      : `Epoch ${number(newest)} is over; the next one appears by itself`);
    byId("lanes").replaceChildren(...shown.map(laneView));
  });
}

function laneView(lane) {
  const done = lane.state === "open" ? lane.scored.size : lane.tasks;
  const head = element("div", { class: "lane-head" },
    element("strong", {}, `Epoch ${number(lane.epoch)}`),
    element("span", { class: "mono", title: lane.validator }, short(lane.validator)),
    element("span", { class: "soft" }, lane.miners === null ? "" : plural(lane.miners, "miner")),
    element("span", { class: "soft" }, lane.state === "open"
      ? `${number(lane.scored.size)} of ${plural(lane.tasks, "task")}` : lane.state));
  const bar = element("progress", {
    max: Math.max(1, lane.tasks), value: done, "aria-label": `Tasks of epoch ${lane.epoch} that are scored`,
  });
  const list = element("ol", { class: "tasks", "aria-label": `Scored tasks of epoch ${lane.epoch}` },
    ...[...lane.scored.values()].sort((one, other) => one.index - other.index).map(taskView));
  const best = lane.top.slice(0, 3).map((one) => `${short(one.hotkey)} ${percent(one.share)}`);
  const top = best.length ? [element("p", { class: "aside" }, `★ Best: ${best.join(" · ")}`)] : [];
  return element("article", {}, head, bar, ...top, list);
}

function taskView(task) {
  return element("li", {},
    element("span", {}, task.domain),
    element("span", { class: "soft", title: "difficulty, 1 to 10" }, `difficulty ${number(task.difficulty)}`),
    element("span", { class: "soft" }, `${number(task.right)} right of ${number(task.asked)}`),
    element("span", { title: "mean CMS of the replies" }, `CMS ${number(task.average_cms, 2)}`));
}
