"""Every task family there is. A new one is a module in `families` and a line here."""

from reasonforge.adapters.tasks.families.bankruptcy import Bankruptcy
from reasonforge.adapters.tasks.families.congruences import Congruences
from reasonforge.adapters.tasks.families.d_separation import DSeparation
from reasonforge.adapters.tasks.families.intervention import Intervention
from reasonforge.adapters.tasks.families.knapsack import Knapsack
from reasonforge.adapters.tasks.families.lattice_paths import LatticePaths
from reasonforge.adapters.tasks.families.limiting_reagent import LimitingReagent
from reasonforge.adapters.tasks.families.lru_evictions import LruEvictions
from reasonforge.adapters.tasks.families.program_output import ProgramOutput
from reasonforge.adapters.tasks.families.resistors import Resistors
from reasonforge.adapters.tasks.families.voting import Voting
from reasonforge.adapters.tasks.families.zero_sum import ZeroSum
from reasonforge.adapters.tasks.family import AnyFamily

FAMILIES: tuple[AnyFamily, ...] = (
    Congruences(),
    LatticePaths(),
    ProgramOutput(),
    LruEvictions(),
    Resistors(),
    LimitingReagent(),
    ZeroSum(),
    Knapsack(),
    Intervention(),
    DSeparation(),
    Voting(),
    Bankruptcy(),
)

BY_NAME: dict[str, AnyFamily] = {family.name: family for family in FAMILIES}
