// Validators: how accurate they are, what stands behind them, and whether their weights arrive.

import { byId, element, headings, rows, say } from "./dom.js";
import { number, short, since, tao } from "./format.js";

/** A VAS in words that colour-blind eyes can tell: ✓ earns reputation, △ does not, ✗ is slashed. */
export function vas(value, constants) {
  if (typeof value !== "number") return "–";
  const { vas_slash_threshold: slashed, vas_rep_threshold: earns } = constants;
  const [sign, look, words] = value >= earns ? ["✓", "good", "earns reputation"]
    : value < slashed ? ["✗", "bad", "is slashed"]
    : value < earns ? ["△", "warn", "earns no reputation"] : ["", null, ""];
  return element("span", { class: look, title: words }, `${number(value, 3)} ${sign}`.trim());
}

const LOOKS = { set: "good", committed: "good", refused: "bad" };

function lastWeights({ last_weights_outcome: outcome, last_weights_at: at }) {
  if (!outcome) return "none yet";
  return element("span", {}, element("span", { class: LOOKS[outcome] ?? "warn" }, outcome), ` ${since(at)}`);
}

export function showValidators(validators, constants) {
  const columns = [
    { title: "Validator", left: true, show: (one) => element("span", { class: "mono", title: one.hotkey }, short(one.hotkey)) },
    { title: "VAS", show: (one) => vas(one.vas, constants) },
    { title: "Stake τ", show: (one) => tao(one.stake) },
    { title: "Reputation", show: (one) => number(one.reputation, 2) },
    { title: "Epoch", show: (one) => number(one.last_epoch) },
    { title: "Last weights", show: lastWeights },
  ];
  const table = byId("validators");
  byId("health-scroll").hidden = validators.length === 0;
  say("health-note", validators.length ? "" : "No validator has closed an epoch yet.");
  headings(table, columns);
  rows(table, columns, validators);
}
