// The mechanism among statistical miners: epoch by epoch, by itself, and again from the start.

import { key, lines, room } from "./chart.js";
import { byId, element, headings, rows, say } from "./dom.js";
import { number, tao } from "./format.js";
import { vas } from "./health.js";
import { Refused, events, reason } from "./http.js";

const AT_A_TIME = 100;
const MOST_EPOCHS = 1000;
const PAUSE_S = 0.4;
const DRAWN = 5;

export function startSimulator(constants) {
  const form = byId("simulator-form");
  const auto = byId("auto-run");
  let run = fresh();
  let thresholds = {};
  constants.then((known) => { thresholds = known; });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    advance(1, 0);
  });
  auto.addEventListener("click", () => (run.stop ? halt() : advance(AT_A_TIME, PAUSE_S)));
  byId("reset").addEventListener("click", () => restart("No epoch yet: run one, or let it run."));
  form.addEventListener("change", () => {
    if (run.epoch) restart("The settings have changed: the next run begins with epoch 1.");
  });

  function restart(why) {
    run.stop?.abort();
    run = fresh();
    busy(false);
    byId("simulator-results").hidden = true;
    marked("");
    say("simulator-note", why);
  }

  async function halt() {
    const halted = run;
    halted.stop.abort();
    halted.stop = null;
    busy(false);
    if (halted.epoch) await advance(0, 0);
  }

  /** Go on by so many epochs. The gateway counts from the seed each time: nothing of the run is kept there. */
  async function advance(epochs, pause) {
    const mine = run;
    if (mine.stop || mine.epoch + epochs > MOST_EPOCHS) {
      if (!mine.stop) say("simulator-note", `A run has ${number(MOST_EPOCHS)} epochs at most: reset it.`);
      return;
    }
    mine.stop = new AbortController();
    const { signal } = mine.stop;
    busy(true, pause > 0);
    marked("");
    try {
      const whole = await take(mine, epochs, pause, signal);
      if (!whole && mine === run && !signal.aborted) say("simulator-note", "The run broke off: go on from here.", true);
    } catch (error) {
      if (signal.aborted || mine !== run) return;
      if (error instanceof Refused) marked(error.field);
      say("simulator-note", `Not run: ${reason(error)}.`, true);
    } finally {
      if (mine === run && mine.stop?.signal === signal) {
        mine.stop = null;
        busy(false);
      }
    }
  }

  async function take(mine, epochs, pause, signal) {
    const values = new FormData(form);
    const query = new URLSearchParams({
      miners: values.get("miners"), validators: values.get("validators"), emission: values.get("emission"),
      seed: values.get("seed"), adversaries: values.has("adversaries"),
      epochs: Math.max(1, mine.epoch + epochs), after: mine.epoch, pause,
    });
    for await (const { type, data } of events(`api/simulate/stream?${query}`, { signal })) {
      if (mine !== run || signal.aborted) return true;
      const told = JSON.parse(data);
      if (type === "setup") mine.roster = told.roster;
      if (type === "epoch") {
        mine.epoch = told.epoch;
        mine.history.push(told);
        draw(mine, thresholds);
      }
      if (type === "end") {
        byId("simulator-notes").replaceChildren(...told.notes.map((note) => element("li", {}, note)));
        return true;
      }
    }
    return false;
  }

  function busy(isBusy, byItself = false) {
    byId("run-epoch").disabled = isBusy;
    auto.disabled = isBusy && !byItself;
    auto.setAttribute("aria-pressed", String(isBusy && byItself));
    auto.textContent = isBusy && byItself ? "Stop" : "Auto-run";
  }

  function marked(name) {
    for (const input of form.elements) {
      if (input.name === name && name) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }
}

const fresh = () => ({ epoch: 0, roster: null, history: [], stop: null });

function draw(run, thresholds) {
  const last = run.history.at(-1);
  const names = new Map([...run.roster.miners, ...run.roster.validators].map((one) => [one.id, one]));
  byId("simulator-results").hidden = false;
  say("simulator-note", `Epoch ${number(last.epoch)}: ${tao(last.miner_pool_tao)} τ to miners, `
    + `${tao(last.validator_pool_tao)} τ to validators`);
  const best = [...last.miners].sort((one, other) => other.total_tao - one.total_tao).slice(0, DRAWN);
  const series = best.map(({ id }) => ({
    name: names.get(id).name,
    points: [[0, 0], ...run.history.map((row) => [row.epoch, row.miners.find((one) => one.id === id).total_tao])],
  }));
  byId("simulator-chart").replaceChildren(
    element("h3", {}, "Earned τ, the five that earned most"),
    lines(series, `TAO earned until epoch ${last.epoch}: ${series.map((one, index) => `${one.name} ${tao(best[index].total_tao)}`).join(", ")}`,
      room(byId("simulator-chart"))),
    key(series.map((one, index) => ({ name: one.name, look: `s${index + 1}` }))),
  );
  fill("simulated-miners", [
    { title: "Rank", show: (one) => number(one.rank) },
    { title: "Miner", left: true, show: (one) => `${names.get(one.id).name}${one.rank <= 3 ? " ★" : ""}${one.trap_penalty < 1 ? " ⚠" : ""}` },
    { title: "Tier", left: true, show: (one) => names.get(one.id).tier },
    { title: "S_epoch", show: (one) => number(one.s_epoch, 3) },
    { title: "PEB", show: (one) => number(one.peb, 3) },
    { title: "Streak", show: (one) => number(one.streak) },
    { title: "τ", show: (one) => tao(one.earned_tao) },
    { title: "Total τ", show: (one) => tao(one.total_tao) },
  ], [...last.miners].sort((one, other) => one.rank - other.rank));
  fill("simulated-validators", [
    { title: "Validator", left: true, show: (one) => names.get(one.id).name },
    { title: "Kind", left: true, show: (one) => names.get(one.id).profile.name },
    { title: "VAS", show: (one) => vas(one.vas, thresholds) },
    { title: "Reputation", show: (one) => number(one.reputation, 2) },
    { title: "τ", show: (one) => tao(one.earned_tao) },
    { title: "Slashed τ", show: (one) => tao(one.slashed_tao) },
    { title: "Stake τ", show: (one) => tao(one.stake_tao) },
  ], last.validators);
}

function fill(id, columns, records) {
  headings(byId(id), columns);
  rows(byId(id), columns, records);
}
