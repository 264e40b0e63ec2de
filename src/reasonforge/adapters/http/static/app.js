// The page: what it asks for when it opens, what the stream brings, and when to ask again.

import { showEmission, showFigures, tick } from "./figures.js";
import { showValidators } from "./health.js";
import { ask, events, reason } from "./http.js";
import { startLeaderboard } from "./leaderboard.js";
import { hear } from "./live.js";
import { startMiner } from "./miner.js";
import { startSimulator } from "./simulator.js";
import { byId, say } from "./dom.js";

const SETTLE_MS = 400;
const TICK_MS = 10_000;
const SILENCE_MS = 45_000;
const LONGEST_WAIT_S = 30;

const miner = startMiner();
const leaderboard = startLeaderboard(miner.open);
let due = 0;

/** Ask for all figures again, once, however many events ask for it within a moment. */
function refreshSoon() {
  clearTimeout(due);
  due = setTimeout(refresh, SETTLE_MS);
}

async function refresh() {
  const stats = ask("v1/stats");
  await Promise.all([
    leaderboard.refresh(),
    stats.then(showFigures).catch(failed("statistics-note")),
    Promise.all([stats, ask("v1/leaderboard?limit=10")]).then(([figures, best]) => showEmission(figures, best))
      .catch(failed("emission-note")),
    Promise.all([ask("v1/validators"), constants]).then(([found, known]) => showValidators(found.validators, known))
      .catch(failed("health-note")),
  ]);
}

const failed = (note) => (error) => say(note, `These figures could not be read: ${reason(error)}.`, true);

// Thresholds only colour a figure: without them it stands there as it is.
const constants = ask("api/constants").catch(() => ({}));

/** Follow the stream for as long as the page is open; after a break, from the last event that was seen. */
async function follow() {
  let last = "0";
  let wait = 1;
  for (;;) {
    try {
      const stream = events("v1/stream", {
        signal: new AbortController().signal, lastId: last, silenceMs: SILENCE_MS,
        onOpen: () => {
          wait = 1;
          connection("live", "Live");
          refreshSoon();
        },
      });
      for await (const event of stream) {
        last = event.id || last;
        if (hear(event.type, event.data)) refreshSoon();
      }
    } catch {
      wait = Math.min(LONGEST_WAIT_S, 2 * wait);
    }
    connection("offline", `Disconnected, again in ${wait} s …`);
    await new Promise((resume) => setTimeout(resume, 1000 * wait * (0.8 + 0.4 * Math.random())));
    connection("connecting", "Connecting …");
  }
}

function connection(state, text) {
  byId("connection").dataset.state = state;
  say("connection", text);
}

startSimulator(constants);
setInterval(tick, TICK_MS);
refreshSoon();
follow();
