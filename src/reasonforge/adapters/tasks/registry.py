"""Every task family there is. A new one is a module in `families` and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from reasonforge.adapters.tasks.families.absorption import Absorption
from reasonforge.adapters.tasks.families.altered_kinematics import AlteredKinematics
from reasonforge.adapters.tasks.families.areas import Areas
from reasonforge.adapters.tasks.families.average_effect import AverageEffect
from reasonforge.adapters.tasks.families.backdoor_set import BackdoorSet
from reasonforge.adapters.tasks.families.backward_induction import BackwardInduction
from reasonforge.adapters.tasks.families.balancing import Balancing
from reasonforge.adapters.tasks.families.bankruptcy import Bankruptcy
from reasonforge.adapters.tasks.families.bit_codec import BitCodec
from reasonforge.adapters.tasks.families.cache_simulators import CacheSimulators
from reasonforge.adapters.tasks.families.calibration import Calibration
from reasonforge.adapters.tasks.families.chi_square import ChiSquare
from reasonforge.adapters.tasks.families.congruences import Congruences
from reasonforge.adapters.tasks.families.consent import Consent
from reasonforge.adapters.tasks.families.critical_path import CriticalPath
from reasonforge.adapters.tasks.families.d_separation import DSeparation
from reasonforge.adapters.tasks.families.decay_chain import DecayChain
from reasonforge.adapters.tasks.families.determinants import Determinants
from reasonforge.adapters.tasks.families.dimensions import Dimensions
from reasonforge.adapters.tasks.families.effect_on_treated import EffectOnTreated
from reasonforge.adapters.tasks.families.failing_inputs import FailingInputs
from reasonforge.adapters.tasks.families.fair_allocation import FairAllocation
from reasonforge.adapters.tasks.families.fairness_gap import FairnessGap
from reasonforge.adapters.tasks.families.formal_coq import FormalCoq
from reasonforge.adapters.tasks.families.formal_lean import FormalLean
from reasonforge.adapters.tasks.families.front_door import FrontDoor
from reasonforge.adapters.tasks.families.gas_cycle import GasCycle
from reasonforge.adapters.tasks.families.identifiability import Identifiability
from reasonforge.adapters.tasks.families.instrument import Instrument
from reasonforge.adapters.tasks.families.intervention import Intervention
from reasonforge.adapters.tasks.families.iterated_dominance import IteratedDominance
from reasonforge.adapters.tasks.families.knapsack import Knapsack
from reasonforge.adapters.tasks.families.lattice_paths import LatticePaths
from reasonforge.adapters.tasks.families.lattice_polygons import LatticePolygons
from reasonforge.adapters.tasks.families.least_violation import LeastViolation
from reasonforge.adapters.tasks.families.limiting_reagent import LimitingReagent
from reasonforge.adapters.tasks.families.linear_systems import LinearSystems
from reasonforge.adapters.tasks.families.list_pipelines import ListPipelines
from reasonforge.adapters.tasks.families.lru_evictions import LruEvictions
from reasonforge.adapters.tasks.families.markov_decision import MarkovDecision
from reasonforge.adapters.tasks.families.max_flow import MaxFlow
from reasonforge.adapters.tasks.families.mechanics import Mechanics
from reasonforge.adapters.tasks.families.mediation import MediatedEffects
from reasonforge.adapters.tasks.families.mutation_repairs import MutationRepairs
from reasonforge.adapters.tasks.families.necessity import Necessity
from reasonforge.adapters.tasks.families.nfa_words import NfaWords
from reasonforge.adapters.tasks.families.obligations import ConsistentObligations
from reasonforge.adapters.tasks.families.pedigree import PedigreeRisk
from reasonforge.adapters.tasks.families.permutation_orders import PermutationOrders
from reasonforge.adapters.tasks.families.pipeline_repairs import PipelineRepairs
from reasonforge.adapters.tasks.families.power_towers import PowerTowers
from reasonforge.adapters.tasks.families.program_output import ProgramOutput
from reasonforge.adapters.tasks.families.race_outcomes import RaceOutcomes
from reasonforge.adapters.tasks.families.rational_roots import RationalRoots
from reasonforge.adapters.tasks.families.recurrences import Recurrences
from reasonforge.adapters.tasks.families.resistors import Resistors
from reasonforge.adapters.tasks.families.restricted_counting import RestrictedCounting
from reasonforge.adapters.tasks.families.resultants import Resultants
from reasonforge.adapters.tasks.families.round_robin import RoundRobin
from reasonforge.adapters.tasks.families.shapley import Shapley
from reasonforge.adapters.tasks.families.simpson import Simpson
from reasonforge.adapters.tasks.families.smallest_multiples import SmallestMultiples
from reasonforge.adapters.tasks.families.sql_totals import SqlTotals
from reasonforge.adapters.tasks.families.stable_matching import StableMatching
from reasonforge.adapters.tasks.families.stack_machines import StackMachines
from reasonforge.adapters.tasks.families.strips_plan import StripsPlan
from reasonforge.adapters.tasks.families.subtraction_game import SubtractionGame
from reasonforge.adapters.tasks.families.translation import Translation
from reasonforge.adapters.tasks.families.triage import Triage
from reasonforge.adapters.tasks.families.unit_counterfactual import UnitCounterfactual
from reasonforge.adapters.tasks.families.vickrey_clarke_groves import VickreyClarkeGroves
from reasonforge.adapters.tasks.families.voting import Voting
from reasonforge.adapters.tasks.families.weak_acid import WeakAcid
from reasonforge.adapters.tasks.families.welfare_order import WelfareOrder
from reasonforge.adapters.tasks.families.word_filters import WordFilters
from reasonforge.adapters.tasks.families.zero_sum import ZeroSum
from reasonforge.adapters.tasks.family import AnyFamily

ANYWHERE: tuple[AnyFamily, ...] = (
    Congruences(),
    LatticePaths(),
    ProgramOutput(),
    LruEvictions(),
    Resistors(),
    LimitingReagent(),
    Mechanics(),
    Balancing(),
    WeakAcid(),
    PedigreeRisk(),
    DecayChain(),
    AlteredKinematics(),
    ChiSquare(),
    Dimensions(),
    GasCycle(),
    Translation(),
    ZeroSum(),
    Knapsack(),
    IteratedDominance(),
    BackwardInduction(),
    Shapley(),
    VickreyClarkeGroves(),
    CriticalPath(),
    StableMatching(),
    MaxFlow(),
    SubtractionGame(),
    MarkovDecision(),
    StripsPlan(),
    Intervention(),
    DSeparation(),
    Voting(),
    Bankruptcy(),
    RationalRoots(),
    Resultants(),
    Areas(),
    Determinants(),
    LinearSystems(),
    Recurrences(),
    RestrictedCounting(),
    SmallestMultiples(),
    LatticePolygons(),
    PermutationOrders(),
    NfaWords(),
    RaceOutcomes(),
    RoundRobin(),
    Absorption(),
    PowerTowers(),
    BitCodec(),
    FailingInputs(),
    MutationRepairs(),
    AverageEffect(),
    EffectOnTreated(),
    FrontDoor(),
    Simpson(),
    StackMachines(),
    SqlTotals(),
    MediatedEffects(),
    Instrument(),
    UnitCounterfactual(),
    Necessity(),
    ConsistentObligations(),
    LeastViolation(),
    FairnessGap(),
    Consent(),
    Triage(),
    WelfareOrder(),
    FairAllocation(),
    BackdoorSet(),
    Calibration(),
    Identifiability(),
)
"""Whose answers and artefacts any validator can check."""

PROGRAMS: tuple[AnyFamily, ...] = (ListPipelines(), PipelineRepairs(), WordFilters(), CacheSimulators())
"""Answered by programs, which only a sandbox can judge."""

PROOFS: Mapping[str, tuple[AnyFamily, ...]] = MappingProxyType({"lean4": (FormalLean(),), "coq": (FormalCoq(),)})
"""Answered by formal proofs in a system, which only a prover of that system can judge."""

FAMILIES: tuple[AnyFamily, ...] = (*ANYWHERE, *PROGRAMS, *(family for group in PROOFS.values() for family in group))

BY_NAME: dict[str, AnyFamily] = {family.name: family for family in FAMILIES}
