from reasonforge.adapters.memory.workers import InlineWorkers
from reasonforge.adapters.symbolic.checker import SymbolicClaims
from reasonforge.application.ports.examiner import ClaimExaminer
from tests.contracts.examiner import ExaminerContract


class TestSymbolicClaims(ExaminerContract):
    def examiner(self) -> ClaimExaminer:
        return SymbolicClaims(InlineWorkers())
