import re
from itertools import product
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import (
    EVERY_DIFFICULTY,
    WorkedLine,
    WorkedSolution,
    equals,
    kept,
    line,
    recognised,
)
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.discipline import Discipline

_BIDDER = re.compile(r"bidder ([1-8]): ([XYZ]{1,3} [0-9]{1,3}(?:, [XYZ]{1,3} [0-9]{1,3}){2,6})(?=;|\.)")
_BUNDLES = {2: ("X", "Y", "XY"), 3: ("X", "Y", "Z", "XY", "XZ", "YZ", "XYZ")}


@frozen
class Auction:
    """What 2 to 7 bidders bid for each bundle of 2 or 3 items, in the order X, Y, (Z,) XY, …; nothing is worth 0."""

    items: int
    bids: tuple[tuple[int, ...], ...]

    def __attrs_post_init__(self) -> None:
        if self.items not in _BUNDLES or not 2 <= len(self.bids) <= 7:
            raise ValueError("an auction has 2 or 3 items and 2 to 7 bidders")
        if any(len(bid) != len(_BUNDLES[self.items]) for bid in self.bids):
            raise ValueError("a bidder bids for every bundle")

    def bid(self, bidder: int, bundle: str) -> int:
        """For a bundle; 0 for the empty one."""
        return self.bids[bidder][_BUNDLES[self.items].index(bundle)] if bundle else 0


class VickreyClarkeGroves:
    """The payments of a Vickrey–Clarke–Groves auction of 2 or 3 items.

    Difficulty d: 2 items and d + 1 bidders up to 4, then 3 items and d/2 bidders (rounded down, at least 3). Size: the
    number of bids. Kept where the best allocation is unique, somebody wins and pays, and neither paying the own bid
    nor the second-highest bid for the same bundle is right.
    """

    name: Final = "vickrey_clarke_groves"
    version: Final = 1
    discipline: Final = Discipline.STRATEGIC
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = 3

    def generate(self, rng: Random, difficulty: int) -> Auction:
        items, bidders = (2, difficulty + 1) if difficulty <= 4 else (3, max(3, difficulty // 2))
        return kept(lambda: _draw(rng, items, bidders), _shortcuts_fail)

    def state(self, instance: Auction, phrasing: int) -> str:
        bundles = _BUNDLES[instance.items]
        bids = "; ".join(
            f"bidder {at}: {', '.join(f'{name} {amount}' for name, amount in zip(bundles, bid, strict=True))}"
            for at, bid in enumerate(instance.bids, start=1)
        )
        ending = (
            "The final answer is a list in square brackets of integers, one payment per bidder in order, 0 for whoever "
            "pays nothing."
        )
        if phrasing == 0:
            return (
                f"The items {', '.join(bundles[: instance.items])} are sold by a Vickrey–Clarke–Groves auction, with "
                f"these bids for bundles; {bids}. A bidder wins one bundle or nothing. What does each pay? {ending}"
            )
        if phrasing == 1:
            return (
                "Licences are given to those who value them most in total, and everyone pays the loss that taking part "
                f"causes to the others (Clarke's pivot rule). Valuations, where XY is X and Y together; {bids}. "
                f"Nobody gets more than one of the bundles listed. Find all payments. {ending}"
            )
        return (
            "An auctioneer wants truthful bids, so allocates efficiently and charges each bidder the externality "
            f"imposed on the rest. Bids for single lots and for packages; {bids}. At most one entry per bidder is "
            f"accepted, and no lot is sold twice. State the charges. {ending}"
        )

    def answer(self, instance: Auction) -> ListAnswer:
        return integers(_payments(instance))

    def size(self, instance: Auction) -> int:
        return len(instance.bids) * len(instance.bids[0])

    def read(self, problem: str) -> Auction | None:
        return recognised(self, problem, _parse, _shortcuts_fail)

    def solve(self, instance: Auction) -> WorkedSolution:
        """The best allocation of all, and for each bidder the best one of the others."""
        everybody = list(range(len(instance.bids)))
        _, won = _best(instance, everybody)
        lines: list[WorkedLine] = []
        payments: list[int] = []
        for bidder in everybody:
            others = [other for other in everybody if other != bidder]
            without, instead = _best(instance, others)
            bids = [instance.bid(other, bundle) for other, bundle in instead.items() if bundle]
            kept_bids = [instance.bid(other, won[other]) for other in others if won[other]]
            payments.append(without - sum(kept_bids))
            total = " + ".join(map(str, bids)) or "0"
            rest = "".join(f" - {bid}" for bid in kept_bids) or " - 0"
            lines.append(
                line(
                    _EXTERNALITY,
                    f"Bidder {bidder + 1} wins {won[bidder] or 'nothing'} and pays {payments[-1]}",
                    equals(total, without),
                    equals(f"{total}{rest}", payments[-1]),
                )
            )
        return WorkedSolution(integers(payments).truth(), tuple(lines))

    def solve_again(self, instance: Auction) -> str:
        """Hands bundles on from bidder to bidder: the greatest welfare of any set of items, without each in turn."""
        everybody = list(range(len(instance.bids)))
        payments: list[int] = []
        for bidder in everybody:
            others = [other for other in everybody if other != bidder]
            all_items = "XYZ"[: instance.items]
            without = _welfare(instance, others, all_items)
            welfare, given = max(
                (
                    instance.bid(bidder, bundle) + _welfare(instance, others, _without(all_items, bundle)),
                    instance.bid(bidder, bundle),
                )
                for bundle in ("", *_BUNDLES[instance.items])
            )
            payments.append(without - (welfare - given))
        return integers(payments).truth()

    def slip(self, instance: Auction, rng: Random) -> str:
        """Charges winners their own bids, or the highest other bid for the same bundle."""
        return integers(rng.choice(_shortcuts(instance))).truth()


_EXTERNALITY = (
    "A bidder pays what the others could have without that bidder, less what they have in the best allocation."
)


def _without(items: str, bundle: str) -> str:
    return "".join(item for item in items if item not in bundle)


def _best(auction: Auction, bidders: list[int]) -> tuple[int, dict[int, str]]:
    """The greatest total of bids among these bidders, and who gets what then.

    Items may stay unsold. Every way to hand out the items is tried.

    Raises:
        ValueError: several allocations among all bidders are best.
    """
    best, winners = -1, list[dict[int, str]]()
    for owners in product((-1, *bidders), repeat=auction.items):
        bundles = {
            bidder: "".join(i for i, owner in zip("XYZ", owners, strict=False) if owner == bidder) for bidder in bidders
        }
        total = sum(auction.bid(bidder, bundle) for bidder, bundle in bundles.items())
        if total > best:
            best, winners = total, []
        if total == best:
            winners.append(bundles)
    if len(winners) > 1 and len(bidders) == len(auction.bids):
        raise ValueError("several allocations are best")
    return best, winners[0]


def _welfare(auction: Auction, bidders: list[int], items: str) -> int:
    """The greatest total of bids for these items, one bidder after another taking a bundle of what is left."""
    if not bidders or not items:
        return 0
    first, *others = bidders
    bundles = ("", *(bundle for bundle in _BUNDLES[auction.items] if set(bundle) <= set(items)))
    return max(auction.bid(first, bundle) + _welfare(auction, others, _without(items, bundle)) for bundle in bundles)


def _payments(auction: Auction) -> list[int]:
    everybody = list(range(len(auction.bids)))
    total, won = _best(auction, everybody)
    without = (_best(auction, [other for other in everybody if other != bidder])[0] for bidder in everybody)
    return [best - (total - auction.bid(bidder, won[bidder])) for bidder, best in enumerate(without)]


def _shortcuts(auction: Auction) -> tuple[list[int], list[int]]:
    everybody = list(range(len(auction.bids)))
    _, won = _best(auction, everybody)
    own = [auction.bid(bidder, won[bidder]) for bidder in everybody]
    second = [max(auction.bid(other, won[bidder]) for other in everybody if other != bidder) for bidder in everybody]
    return own, second


def _draw(rng: Random, items: int, bidders: int) -> Auction:
    bids: list[tuple[int, ...]] = []
    for _ in range(bidders):
        single = {item: rng.randint(5, 40) for item in "XYZ"[:items]}
        taste = rng.randint(60, 160)
        bids.append(
            tuple(
                single[name] if len(name) == 1 else max(*single.values(), sum(single[i] for i in name) * taste // 100)
                for name in _BUNDLES[items]
            )
        )
    return Auction(items, tuple(bids))


def _shortcuts_fail(auction: Auction) -> bool:
    try:
        payments = _payments(auction)
    except ValueError:  # several best allocations
        return False
    return max(payments) > 0 and payments not in _shortcuts(auction)


def _parse(problem: str) -> Auction:
    bids: list[tuple[int, ...]] = []
    for _, told in _BIDDER.findall(problem):
        bids.append(tuple(int(entry.split(" ")[1]) for entry in told.split(", ")))
    return Auction(3 if bids and len(bids[0]) > 3 else 2, tuple(bids))
