"""The pepper of all keys, as the gateway and `reasonforge keys` read it."""

from reasonforge.domain.errors import OperatorError

EXAMPLE_SECRET = "change-me-to-32-random-characters-or-more"  # noqa: S105 - what .env.example shows, and nobody may use
LEAST_SECRET_CHARACTERS = 32
LEAST_DIFFERENT = 8


def pepper_of(secret: str) -> bytes:
    """What all keys are digested with.

    Raises:
        OperatorError: there is none, or one that somebody could guess.
    """
    named = "--gateway.api_key_secret (GATEWAY_API_KEY_SECRET)"
    how = "make one with `python3 -c 'import secrets; print(secrets.token_hex(32))'`"
    if not secret:
        raise OperatorError(f"{named} is required: {how}")
    if secret == EXAMPLE_SECRET:
        raise OperatorError(f"{named} is the one of the example, which everybody knows: {how}")
    if len(secret) < LEAST_SECRET_CHARACTERS or len(set(secret)) < LEAST_DIFFERENT:
        raise OperatorError(f"{named} is easy to guess, it needs {LEAST_SECRET_CHARACTERS} characters or more: {how}")
    return secret.encode()
