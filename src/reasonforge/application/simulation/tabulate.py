"""A simulation as plain rows: numbers, names and None for what nobody knows. Amounts in TAO.

What a file and a browser are given alike, so that the same run reads the same everywhere.
"""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from reasonforge.application.simulation.draw_epoch import DISCIPLINES, Floats
from reasonforge.application.simulation.observe import Tally
from reasonforge.application.simulation.outcome import EpochResult
from reasonforge.application.simulation.roster import Roster
from reasonforge.application.simulation.simulate import Simulation
from reasonforge.domain.parameters import MechanismParameters

Json = dict[str, Any]


def epoch_row(roster: Roster, result: EpochResult) -> Json:
    """One epoch: its tasks, every miner and every validator."""
    draws = result.draws
    return {
        "epoch": result.epoch,
        "miner_pool_tao": result.miner_pool,
        "validator_pool_tao": result.validator_pool,
        "unallocated_tao": result.unallocated,
        "tasks": _rows(
            discipline=[DISCIPLINES[index].value for index in draws.disciplines.tolist()],
            difficulty=draws.difficulties.tolist(),
            unsolved=draws.unsolved.tolist(),
            trap=draws.traps.tolist(),
            mean_objective=result.objective.mean(axis=1).tolist(),
            mean_consensus=[_mean_known(row) for row in result.consensus],
            mean_final=result.final.mean(axis=1).tolist(),
            mean_cms=result.cms.mean(axis=1).tolist(),
            breakthroughs=result.breakthroughs.sum(axis=1).tolist(),
        ),
        "miners": _rows(
            id=[miner.id for miner in roster.miners],
            s_epoch=result.s_epoch.tolist(),
            trap_penalty=result.trap_penalties.tolist(),
            rank=result.ranks.tolist(),
            streak=result.streaks.tolist(),
            peb=result.peb.tolist(),
            breakthroughs=result.breakthroughs.sum(axis=0).tolist(),
            earned_tao=result.miner_earnings.tolist(),
            total_tao=result.miner_totals.tolist(),
        ),
        "validators": _rows(
            id=[validator.id for validator in roster.validators],
            vas=_known(result.vas),
            vas_7d=_known(result.vas_7d),
            vas_30d=_known(result.vas_30d),
            reputation=result.reputation.tolist(),
            earned_tao=result.validator_earnings.tolist(),
            total_tao=result.validator_totals.tolist(),
            slashed_tao=result.slashed.tolist(),
            stake_tao=result.stakes.tolist(),
        ),
    }


def run_totals(roster: Roster, tally: Tally) -> Json:
    """The run as a whole, after at least one epoch."""
    return {
        "paid_tao": tally.paid,
        "unallocated_tao": tally.unallocated,
        "peb_tao": tally.bonus_paid,
        "unsolved_tasks": tally.unsolved_tasks,
        "miners": _rows(
            id=[miner.id for miner in roster.miners],
            total_tao=tally.miner_totals.tolist(),
            mean_s_epoch=(tally.s_epoch_sums / tally.epochs).tolist(),
            mean_peb=(tally.peb_sums / tally.epochs).tolist(),
            streak=tally.streaks.tolist(),
            longest_streak=tally.longest_streaks.tolist(),
            breakthroughs=tally.breakthroughs.tolist(),
            epochs_trap_penalised=tally.penalised.tolist(),
        ),
        "validators": _rows(
            id=[validator.id for validator in roster.validators],
            total_tao=tally.validator_totals.tolist(),
            mean_vas=_known(tally.mean_vas),
            epochs_judged=tally.vas_counts.tolist(),
            reputation=tally.reputation.tolist(),
            slashed_tao=tally.slashed.tolist(),
            stake_tao=tally.stakes.tolist(),
        ),
    }


def run_settings(simulation: Simulation, epochs: int) -> Json:
    """What the run follows from; `epochs` is how many were asked for."""
    return {
        "emission_tao": simulation.emission,
        "epochs": epochs,
        "judges_per_reply": simulation.judges,
        "miners": len(simulation.roster.miners),
        "seed": simulation.seed,
        "validators": len(simulation.roster.validators),
    }


def roster_rows(roster: Roster) -> Json:
    """Who takes part, with the tiers and profiles that their figures are drawn from."""
    return {
        "miners": [
            {"id": m.id, "name": m.name, "tier": m.tier.name, "base": attrs.asdict(m.tier.base), "sd": m.tier.sd}
            for m in roster.miners
        ],
        "validators": [
            {"id": v.id, "name": v.name, "stake_tao": v.stake, "profile": attrs.asdict(v.profile)}
            for v in roster.validators
        ],
    }


def parameter_table(parameters: MechanismParameters) -> Json:
    """Every constant of the mechanism by its name."""
    return {
        attribute.name: _plain(getattr(parameters, attribute.name)) for attribute in attrs.fields(MechanismParameters)
    }


def _plain(value: object) -> object:
    return {str(key): _plain(entry) for key, entry in value.items()} if isinstance(value, Mapping) else value


def _rows(**columns: list[Any]) -> list[Json]:
    """Columns of equal length as a list of rows."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _known(figures: Floats) -> list[float | None]:
    return [None if np.isnan(figure) else figure for figure in figures.tolist()]


def _mean_known(figures: Floats) -> float | None:
    known = figures[~np.isnan(figures)]
    return float(known.mean()) if known.size else None
