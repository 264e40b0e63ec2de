from reasonforge.adapters.memory.clock import MemoryClock
from reasonforge.adapters.memory.jury import Juror, MemoryJury
from reasonforge.adapters.memory.temperaments import tempered
from reasonforge.adapters.routing.verifier import RoutedVerifier
from reasonforge.application.ports.jury import Jury
from reasonforge.application.validator.judge_replies import JudgeReplies
from reasonforge.application.validator.rules import ValidatorRules
from reasonforge.domain.identity import Hotkey
from reasonforge.domain.scoring.policies import DEFAULT_POLICY
from tests.contracts.jury import TASK, JuryContract, exhibit


def juror(hotkey: Hotkey, temperament: str = "honest") -> Juror:
    rules = ValidatorRules(policy=tempered(DEFAULT_POLICY, temperament, hotkey))
    return Juror(hotkey, JudgeReplies(RoutedVerifier(MemoryClock()), rules))


class TestMemoryJury(JuryContract):
    def jury(self) -> Jury:
        jury = MemoryJury(self.size, lambda _: 100.0)
        for hotkey in self.validators:
            jury.seat(juror(hotkey))
        return jury


class TestTemperaments:
    def panel(self, *temperaments: str) -> dict[str, float]:
        contract = TestMemoryJury()
        jury = MemoryJury(len(temperaments), lambda _: 1.0)
        for temperament in temperaments:
            jury.seat(juror(Hotkey(temperament), temperament))
        contract.jury = lambda: jury  # type: ignore[method-assign] # this panel instead of the contract's
        (panel,) = contract.judge(TASK, [exhibit(1)])
        return {one.validator: one.score for one in panel}

    def test_an_inverting_validator_reports_one_minus_the_score(self) -> None:
        """What an honest validator scores s, an inverting one scores 1 − s."""
        scores = self.panel("honest", "inverting")
        assert abs(scores["inverting"] + scores["honest"] - 1.0) < 1e-12

    def test_a_constant_validator_always_reports_one(self) -> None:
        """A constant validator finds everything perfect."""
        assert self.panel("constant") == {"constant": 1.0}

    def test_a_lazy_validator_errs_the_same_way_twice(self) -> None:
        """A noisy judgement is decided by who judges what, not by the order of calls."""
        assert self.panel("lazy", "honest")["lazy"] == self.panel("malicious", "lazy")["lazy"]

    def test_fewer_validators_than_judges(self) -> None:
        """A jury smaller than its panel judges with all it has."""
        jury = MemoryJury(3, lambda _: 1.0)
        jury.seat(juror(Hotkey("only")))
        contract = TestMemoryJury()
        contract.jury = lambda: jury  # type: ignore[method-assign] # as above
        (panel,) = contract.judge(TASK, [exhibit(1)])
        assert [one.validator for one in panel] == ["only"]
