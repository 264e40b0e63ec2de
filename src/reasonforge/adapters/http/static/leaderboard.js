// The ranking of the newest closed epoch: by discipline, sorted by any column, each miner a way to its history.

import { byId, element, say } from "./dom.js";
import { number, percent, plural, short, tao } from "./format.js";
import { ask, reason } from "./http.js";

const DISCIPLINES = ["mathematics", "code", "scientific", "strategic", "causal", "ethical"];
const MOST = 256;

const COLUMNS = [
  { key: "rank", title: "Rank", rising: true, show: (one) => number(one.rank) },
  { key: "hotkey", title: "Miner", left: true, rising: true },
  { key: "s_epoch", title: "S_epoch", show: (one) => number(one.s_epoch, 3) },
  { key: "quality", title: "Quality", show: (one) => number(one.quality, 2) },
  { key: "accuracy", title: "Accuracy", show: (one) => number(one.accuracy, 2) },
  { key: "novelty", title: "Novelty", show: (one) => number(one.novelty, 2) },
  { key: "efficiency", title: "Efficiency", show: (one) => number(one.efficiency, 2) },
  { key: "peb", title: "PEB", show: (one) => number(one.peb, 3) },
  { key: "streak", title: "Streak", show: (one) => number(one.streak) },
  { key: "share", title: "Share", show: (one) => percent(one.share) },
  { key: "total_tao", title: "Earned τ", show: (one) => tao(one.total_tao) },
];

export function startLeaderboard(open) {
  const table = byId("miners");
  const chosen = byId("discipline");
  let order = { key: "rank", rising: true };
  let board = { epoch: null, miners: [] };
  let asked = 0;

  chosen.append(...DISCIPLINES.map((name) => element("option", { value: name }, name[0].toUpperCase() + name.slice(1))));
  chosen.addEventListener("change", refresh);
  const heads = COLUMNS.map((column) => {
    const button = element("button", { type: "button" }, column.title);
    button.addEventListener("click", () => sortBy(column));
    return element("th", { scope: "col", class: column.left ? "left" : null }, button);
  });
  table.tHead.rows[0].replaceChildren(...heads);

  function sortBy(column) {
    const rising = order.key === column.key ? !order.rising : Boolean(column.rising);
    order = { key: column.key, rising };
    draw();
  }

  async function refresh() {
    const domain = chosen.value;
    const turn = ++asked;
    try {
      const found = await ask(`v1/leaderboard?limit=${MOST}${domain ? `&domain=${domain}` : ""}`);
      if (turn !== asked) return;
      board = found;
      draw();
    } catch (error) {
      if (turn === asked) say("leaderboard-note", `The ranking could not be read: ${reason(error)}.`, true);
    }
  }

  function draw() {
    const { key, rising } = order;
    COLUMNS.forEach((column, index) =>
      heads[index].setAttribute("aria-sort", column.key !== key ? "none" : rising ? "ascending" : "descending"));
    const sign = rising ? 1 : -1;
    const sorted = [...board.miners].sort((one, other) => {
      const apart = key === "hotkey" ? one.hotkey.localeCompare(other.hotkey) : one[key] - other[key];
      return sign * apart || one.rank - other.rank;
    });
    const focused = table.tBodies[0].contains(document.activeElement) ? document.activeElement.dataset.uid : null;
    table.tBodies[0].replaceChildren(...sorted.map((one) => rowOf(one, open)));
    if (focused !== null) table.querySelector(`button[data-uid="${focused}"]`)?.focus();
    byId("leaderboard-scroll").hidden = sorted.length === 0;
    say("leaderboard-note", sorted.length
      ? `${plural(sorted.length, "miner")} in epoch ${number(board.epoch)}${chosen.value ? `, ${chosen.value} tasks alone` : ""}`
      : board.epoch === null ? "No epoch is closed yet: the ranking appears with the first one."
        : "Nobody was scored in this discipline in the newest epoch.");
  }

  return { refresh };
}

function rowOf(one, open) {
  const name = element("button", {
    type: "button", class: "mono", title: one.hotkey, "data-uid": one.uid,
    "aria-label": `Miner ${one.uid}, ${short(one.hotkey)}: history`,
  }, `${one.uid} · ${short(one.hotkey)}`);
  const row = element("tr", {}, ...COLUMNS.map((column) =>
    element("td", { class: column.left ? "left" : null }, column.show ? column.show(one) : name)));
  row.addEventListener("click", () => {
    if (!String(getSelection())) open(one.uid);
  });
  return row;
}
