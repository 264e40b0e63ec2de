// The network in figures, and who was paid what.

import { bars, key, parts, room } from "./chart.js";
import { byId, element, say } from "./dom.js";
import { age, number, percent, plural, short, tao } from "./format.js";

let weights = null;

export function showFigures(stats) {
  weights = stats.last_weights && { ...stats.last_weights, heard: Date.now() / 1000 };
  const tiles = [
    ["Epochs", number(stats.epochs)],
    ["Tasks", number(stats.tasks)],
    ["Miners", number(stats.miners)],
    ["Validators", number(stats.validators)],
    ["Submissions", number(stats.submissions)],
    ["Mean CMS", stats.submissions ? number(stats.average_cms, 3) : "–"],
    ["TAO to miners", tao(stats.emission.miners_tao)],
    ["Last weights", ""],
  ];
  byId("figures").replaceChildren(...tiles.map(([name, text]) => element("div", {},
    element("dt", {}, name), element("dd", name === "Last weights" ? { id: "weights-age" } : {}, text))));
  tick();
  say("statistics-note", stats.epochs ? "" : "Nothing has been scored yet: the figures grow with the first epoch.");
}

/** What grows older by itself. */
export function tick() {
  const cell = byId("weights-age");
  if (!cell) return;
  const seconds = weights ? weights.age_seconds + Date.now() / 1000 - weights.heard : null;
  cell.textContent = weights ? `${age(seconds)} ago` : "–";
  cell.title = weights ? `epoch ${number(weights.epoch)}: ${weights.outcome}` : "no weights were set yet";
}

export function showEmission(stats, board) {
  const { miners_tao: miners, validators_tao: validators, peb_share: bonus } = stats.emission;
  const charts = byId("emission-charts");
  const best = board.miners.filter((one) => one.share > 0);
  if (!best.length && miners + validators === 0) {
    charts.replaceChildren();
    say("emission-note", "Nothing is paid yet: the first epoch's weights decide who is.");
    return;
  }
  say("emission-note", "");
  const made = [];
  if (miners + validators > 0) {
    const plain = miners * (1 - bonus);
    const list = [
      { name: `Miners ${tao(plain)} τ`, value: plain, look: "f1" },
      { name: `of it PEB, at the newest rate ${tao(miners - plain)} τ`, value: miners - plain, look: "f3" },
      { name: `Validators ${tao(validators)} τ`, value: validators, look: "f2" },
    ];
    const said = `Paid so far: miners ${tao(miners)} TAO, validators ${tao(validators)} TAO`;
    made.push(element("h3", {}, `Paid while the validators watched: ${tao(miners + validators)} τ`),
      parts(list, said), key(list));
  }
  if (best.length) {
    made.push(
      element("h3", {}, `Shares of epoch ${number(board.epoch)}, ${plural(best.length, "best miner")}`),
      bars(best.map((one) => ({
        name: short(one.hotkey), value: one.share, marked: (one.share * one.peb) / (1 + one.peb), text: percent(one.share),
      })), `Shares of the weights of epoch ${board.epoch}; the bonus (PEB) is ${percent(bonus)} of all weights`, room(charts)),
      key([
        { name: "for the epoch’s score", look: "f1" },
        { name: `PEB: ${percent(bonus)} of all weights`, look: "f3" },
      ]),
    );
  }
  charts.replaceChildren(...made);
}
