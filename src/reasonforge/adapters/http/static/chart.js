// Charts by hand: lines over epochs, and bars. Each says in words what it shows.

import { drawn, element } from "./dom.js";
import { number } from "./format.js";

const WIDTH = 640;
const NARROWEST = 260;
const HEIGHT = 220;
const EDGE = { left: 58, right: 14, top: 12, bottom: 26 };
const MOST_POINTS = 400;

/** How wide a chart in `host` is drawn, so that its words have the page's size. */
export const room = (host) => Math.max(NARROWEST, Math.floor(host.getBoundingClientRect().width) || WIDTH);

/** Lines over epochs. `series`: [{name, points: [[epoch, value]]}], up to five. */
export function lines(series, label, width = WIDTH) {
  const points = series.flatMap((one) => one.points);
  const first = Math.min(...points.map(([x]) => x));
  const last = Math.max(...points.map(([x]) => x), first + 1);
  const top = nice(Math.max(...points.map(([, y]) => y), 0.001));
  const x = (epoch) => EDGE.left + ((epoch - first) / (last - first)) * (width - EDGE.left - EDGE.right);
  const y = (value) => HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const marks = [0, 0.5, 1].map((part) => part * top).flatMap((value) => [
    drawn("line", { class: "axis", x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
    drawn("text", { x: EDGE.left - 6, y: y(value) + 4, "text-anchor": "end" }, number(value, top < 0.1 ? 3 : 2)),
  ]);
  const ends = [[first, "start"], [last, "end"]].map(([epoch, anchor]) =>
    drawn("text", { x: x(epoch), y: HEIGHT - 8, "text-anchor": anchor }, `epoch ${number(epoch)}`));
  const drawnLines = series.map((one, index) => {
    const thinned = thin(one.points);
    if (thinned.length === 1) {
      return drawn("circle", { class: `f${index + 1}`, cx: x(thinned[0][0]), cy: y(thinned[0][1]), r: 4 });
    }
    return drawn("polyline", {
      class: `line s${index + 1}`, points: thinned.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "),
    });
  });
  return drawn("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": label },
    ...marks, ...ends, ...drawnLines);
}

/** One bar of parts: [{name, value, look}], their sum the whole width. */
export function parts(list, label) {
  const whole = list.reduce((sum, one) => sum + one.value, 0);
  let left = 0;
  const bars = list.map((one) => {
    const width = whole > 0 ? (one.value / whole) * WIDTH : 0;
    const bar = drawn("rect", { class: one.look, x: left, y: 0, width: Math.max(0, width - 1), height: 26 });
    left += width;
    return bar;
  });
  return drawn("svg", { viewBox: `0 0 ${WIDTH} 26`, role: "img", "aria-label": label, preserveAspectRatio: "none" }, ...bars);
}

/** Horizontal bars: [{name, value, marked, text}]; `marked` of the value is drawn apart, at its end. */
export function bars(list, label, width = WIDTH) {
  const height = 24;
  const edge = { left: Math.min(136, width / 3), right: 66 };
  const most = Math.max(...list.map((one) => one.value), 1e-12);
  const drawnBars = list.flatMap((one, index) => {
    const y = index * height;
    const length = (one.value / most) * (width - edge.left - edge.right);
    const apart = one.value > 0 ? (one.marked / one.value) * length : 0;
    return [
      drawn("text", { x: edge.left - 8, y: y + 16, "text-anchor": "end" }, one.name),
      drawn("rect", { class: "f1", x: edge.left, y: y + 4, width: Math.max(0, length - apart), height: height - 9 }),
      drawn("rect", { class: "f3", x: edge.left + length - apart, y: y + 4, width: apart, height: height - 9 }),
      drawn("text", { class: "value", x: edge.left + length + 8, y: y + 16 }, one.text),
    ];
  });
  return drawn("svg", { viewBox: `0 0 ${width} ${list.length * height}`, role: "img", "aria-label": label }, ...drawnBars);
}

/** What the colours and dashes mean: [{name, look}] where look is s1…s5 for lines and f1…f5 for areas. */
export function key(list) {
  return element("ul", { class: "key" }, ...list.map((one) => {
    const sign = one.look.startsWith("s")
      ? drawn("line", { class: `line ${one.look}`, x1: 0, x2: 32, y1: 8, y2: 8 })
      : drawn("rect", { class: one.look, x: 4, y: 1, width: 24, height: 14, rx: 2 });
    return element("li", {}, drawn("svg", { viewBox: "0 0 32 16", "aria-hidden": "true" }, sign), one.name);
  }));
}

function nice(value) {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * size).find((step) => step >= value * 0.999) ?? value;
}

function thin(points) {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}
