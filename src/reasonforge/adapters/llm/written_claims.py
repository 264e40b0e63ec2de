from reasonforge.adapters.llm.json_search import NotFound, find_object

_STEPS = frozenset({"steps"})
MOST_CLAIMS = 200


def claims_written(text: str) -> tuple[tuple[str, str, str], ...]:
    """The (lhs, rel, rhs) of all claims in a reply as the model wrote them, at most 200; whatever else it holds.

    >>> claims_written('{"steps": [{"claims": [{"lhs": "x+x", "rel": "=", "rhs": "2*x"}]}]}')
    (('x+x', '=', '2*x'),)
    """
    reply = find_object(text, _STEPS)
    steps = None if isinstance(reply, NotFound) else reply.get("steps")
    claims: list[object] = []
    for step in steps if isinstance(steps, list) else []:
        given = step.get("claims") if isinstance(step, dict) else None
        claims += given if isinstance(given, list) else []
    sides = [tuple(claim.get(key) for key in ("lhs", "rel", "rhs")) for claim in claims if isinstance(claim, dict)]
    texts = [side for side in sides if all(isinstance(part, str) for part in side)]
    return tuple((str(lhs), str(rel), str(rhs)) for lhs, rel, rhs in texts[:MOST_CLAIMS])
