"""Names for values that would otherwise be bare strings and numbers."""

from typing import NewType

Uid = NewType("Uid", int)
"""A neuron's slot in the subnet, 0 ≤ uid < 65,536. It can change hands: state is keyed by `Hotkey`."""

Hotkey = NewType("Hotkey", str)
"""The SS58 address a neuron signs with. What a neuron *is*, across uids."""

Coldkey = NewType("Coldkey", str)
"""The SS58 address that owns hotkeys and stake."""

NetUid = NewType("NetUid", int)
"""The number of a subnet."""

BlockNumber = NewType("BlockNumber", int)
"""Height of the chain; the time scoring runs on (12 s a block)."""

EpochNumber = NewType("EpochNumber", int)
"""Counts a subnet's epochs since block 0."""

TaskId = NewType("TaskId", str)
"""The validator's own name of a task. Never travels: it would tell its family."""

QueryId = NewType("QueryId", str)
"""What travels as `task_id`: opaque, fresh for every (task, miner)."""

Rao = NewType("Rao", int)
"""10⁻⁹ TAO. Emission and burn are counted in it, so that conservation is exact."""

RAO_PER_TAO = 1_000_000_000
SECONDS_PER_BLOCK = 12
GENESIS = BlockNumber(0)
NOTHING = Rao(0)
