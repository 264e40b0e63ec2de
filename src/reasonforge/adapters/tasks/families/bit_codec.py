import re
from itertools import accumulate
from random import Random
from typing import Final

from attrs import frozen

from reasonforge.adapters.tasks.family import EVERY_DIFFICULTY, WorkedSolution, equals, kept, line, recognised, written
from reasonforge.domain.answers.sequence import ListAnswer, integers
from reasonforge.domain.discipline import Discipline
from reasonforge.domain.submission import Claim

_BYTES = re.compile(r"\b([0-9a-f]{2}(?: [0-9a-f]{2})+)\b")
_MOST_BYTES = 60
_LARGEST = 10**9
_RULES = (
    "bytes are grouped into numbers, lowest 7 bits first, where the highest bit of a byte (128) says that another "
    "byte of the same number follows; each number u is then unfolded to u / 2 if it is even and to -(u + 1) / 2 if "
    "it is odd (zigzag); each value so found is the difference to the value before, the first one to 0"
)
_WAYS = (
    (
        "Decode the bytes {bytes} (hexadecimal). In this code, {rules}. The final answer is the list of the decoded "
        "integers, [first, second, …]."
    ),
    (
        "A sensor sends its readings packed. To unpack them: {rules}. A packet holds, in hexadecimal, {bytes}. Which "
        "readings does it carry? The final answer is a list of integers in square brackets."
    ),
    (
        "A file format stores a list of integers so that encoding and decoding are inverse to each other. When it is "
        "read, {rules}. What list is stored as the hexadecimal bytes {bytes}? The final answer is that list, in "
        "square brackets."
    ),
)


@frozen
class Packet:
    """2 to 60 bytes that encode a list of integers below 10⁹ in size, each as short as can be."""

    data: bytes

    def __attrs_post_init__(self) -> None:
        if not 2 <= len(self.data) <= _MOST_BYTES or self.data[-1] >= 128:
            raise ValueError("a packet has 2 to 60 bytes, and its last number ends")
        values = _decoded(self.data)
        if any(abs(value) >= _LARGEST for value in values) or _encoded(values) != self.data:
            raise ValueError("numbers are small and written without leading zeros")


class BitCodec:
    """The list behind a packet of zigzag varints of differences.

    Difficulty d: 2 + d/2 values (rounded down) of up to 5 + d binary digits. Size: the number of values. Kept where the
    differences are not the values, and not all numbers are even.
    """

    name: Final = "bit_codec"
    version: Final = 1
    discipline: Final = Discipline.CODE
    difficulties: Final = EVERY_DIFFICULTY
    phrasings: Final = len(_WAYS)

    def generate(self, rng: Random, difficulty: int) -> Packet:
        largest = 2 ** (5 + difficulty)

        def draw() -> Packet:
            return Packet(_encoded([rng.randint(-largest, largest) for _ in range(2 + difficulty // 2)]))

        return kept(draw, _layers_matter)

    def state(self, instance: Packet, phrasing: int) -> str:
        return _WAYS[phrasing].format(bytes=instance.data.hex(" "), rules=_RULES)

    def answer(self, instance: Packet) -> ListAnswer:
        return integers(_decoded(instance.data))

    def size(self, instance: Packet) -> int:
        return len(_decoded(instance.data))

    def read(self, problem: str) -> Packet | None:
        return recognised(self, problem, _parse, _layers_matter)

    def solve(self, instance: Packet) -> WorkedSolution:
        """Byte by byte: digits of base 128, the zigzag, and the running sum."""
        lines = []
        before = 0
        for number in _numbers(instance.data):
            claims: list[Claim] = []
            whole = 0
            for place, byte in enumerate(number):
                claims.append(equals(f"{byte >> 4} * 16 + {byte & 15}", byte))
                more = (byte & 127) << 7 * place
                low = f"{byte} - 128" if byte > 127 else str(byte)
                claims.append(equals(f"{whole} + ({low}) * 128^{place}", whole + more))
                whole += more
            step = _unfolded(whole)
            claims.append(equals(f"-({whole} + 1) / 2" if whole % 2 else f"{whole} / 2", step))
            claims.append(equals(f"{written(before)} + {written(step)}", before + step))
            before += step
            lines.append(line(_LAYERS, f"Bytes {number.hex(' ')}", *claims))
        return WorkedSolution(_listed(_decoded(instance.data)), tuple(lines))

    def solve_again(self, instance: Packet) -> str:
        """Works on the text of the bits."""
        bits = "".join(f"{byte:08b}" for byte in instance.data)
        septets, values = "", [0]
        for at in range(0, len(bits), 8):
            septets = bits[at + 1 : at + 8] + septets
            if bits[at] == "0":
                size = int(f"0{septets[:-1]}", 2)
                values.append(values[-1] + (-1 - size if septets[-1] == "1" else size))
                septets = ""
        return _listed(values[1:])

    def slip(self, instance: Packet, rng: Random) -> str:
        """Forgets to add the differences up, or to unfold the zigzag."""
        wholes = [_joined(number) for number in _numbers(instance.data)]
        if rng.random() < 0.5:
            return _listed([_unfolded(whole) for whole in wholes])
        return _listed(list(accumulate(wholes)))


_LAYERS = "Join the lower seven bits of a number's bytes, unfold the zigzag, and add the difference to the last value."


def _numbers(data: bytes) -> list[bytes]:
    """The bytes of each number."""
    numbers, start = [], 0
    for at, byte in enumerate(data, start=1):
        if byte < 128:
            numbers.append(data[start:at])
            start = at
    return numbers


def _joined(number: bytes) -> int:
    return sum((byte & 127) << 7 * place for place, byte in enumerate(number))


def _unfolded(whole: int) -> int:
    return -(whole + 1) // 2 if whole % 2 else whole // 2


def _decoded(data: bytes) -> list[int]:
    return list(accumulate(_unfolded(_joined(number)) for number in _numbers(data)))


def _encoded(values: list[int]) -> bytes:
    data, before = bytearray(), 0
    for value in values:
        step, before = value - before, value
        whole = 2 * step if step >= 0 else -2 * step - 1
        while whole > 127:
            data.append(whole % 128 + 128)
            whole //= 128
        data.append(whole)
    return bytes(data)


def _listed(values: list[int]) -> str:
    return f"[{', '.join(map(str, values))}]"


def _layers_matter(packet: Packet) -> bool:
    wholes = [_joined(number) for number in _numbers(packet.data)]
    steps = [_unfolded(whole) for whole in wholes]
    return len(steps) > 1 and steps != list(accumulate(steps)) and any(whole % 2 for whole in wholes)


def _parse(problem: str) -> Packet | None:
    data = _BYTES.search(problem)
    return Packet(bytes.fromhex(data[1])) if data else None
