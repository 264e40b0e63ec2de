// One miner: its score over the epochs, the four dimensions, and how its newest tasks were judged.

import { key, lines, room } from "./chart.js";
import { byId, element, headings, rows, say } from "./dom.js";
import { number, percent, plural } from "./format.js";
import { ask, reason } from "./http.js";

const DIMENSIONS = ["quality", "accuracy", "novelty", "efficiency"];

export function startMiner() {
  const dialog = byId("miner");
  let asked = 0;
  byId("miner-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  async function open(uid) {
    const turn = ++asked;
    byId("miner-title").textContent = `Miner ${uid}`;
    byId("miner-hotkey").textContent = "";
    byId("miner-body").replaceChildren();
    say("miner-note", "Reading its history …");
    if (!dialog.open) dialog.showModal();
    try {
      const found = await ask(`v1/miners/${uid}`);
      if (turn === asked) draw(found);
    } catch (error) {
      if (turn === asked) say("miner-note", `Its history could not be read: ${reason(error)}.`, true);
    }
  }

  return { open };
}

function draw(miner) {
  byId("miner-hotkey").textContent = miner.hotkey;
  const last = miner.epochs.at(-1);
  if (!last) {
    say("miner-note", "It was in no closed epoch yet.");
    return;
  }
  const penalty = last.trap_penalty < 1 ? ` · ⚠ trap penalty ×${number(last.trap_penalty, 2)}` : "";
  say("miner-note", `Epoch ${number(last.epoch)}: rank ${number(last.rank)}, ${percent(last.share)} of the weights, `
    + `right ${number(last.right)} of ${plural(last.asked, "task")}, ${number(last.answered)} answered${penalty}`);
  const of = (name) => miner.epochs.map((one) => [one.epoch, one[name]]);
  const wide = room(byId("miner-body"));
  byId("miner-body").replaceChildren(
    element("h3", {}, "S_epoch by epoch"),
    lines([{ name: "S_epoch", points: of("s_epoch") }], `S_epoch over ${plural(miner.epochs.length, "epoch")}, last ${number(last.s_epoch, 3)}`, wide),
    element("h3", {}, "The four dimensions, 0 to 1"),
    lines(DIMENSIONS.map((name) => ({ name, points: of(name) })),
      `Last epoch: ${DIMENSIONS.map((name) => `${name} ${number(last[name], 2)}`).join(", ")}`, wide),
    key(DIMENSIONS.map((name, index) => ({ name: `${name} ${number(last[name], 2)}`, look: `s${index + 1}` }))),
    ...tasksOf(miner.tasks),
  );
}

function tasksOf(tasks) {
  if (!tasks.length) return [];
  const columns = [
    { title: "Discipline", left: true, show: (task) => task.domain },
    { title: "Difficulty", show: (task) => number(task.difficulty) },
    { title: "CMS", show: (task) => number(task.cms, 3) },
    { title: "Checks", left: true, show: (task) => checks(task.checks) },
  ];
  const table = element("table", {}, element("caption", {}, `Its tasks of epoch ${number(tasks[0].epoch)}`),
    element("thead", {}, element("tr")), element("tbody"));
  headings(table, columns);
  rows(table, columns, tasks);
  return [element("div", { class: "scroll", role: "region", "aria-label": "Its newest tasks", tabindex: 0 }, table)];
}

function checks(made) {
  const said = Object.entries(made).map(([name, grade]) => `${name} ${grade === null ? "not made" : number(grade, 2)}`);
  return said.join(", ") || "none";
}
