"""Serves a GGUF model on a free port of loopback until standard input ends: python model_server.py MODEL SCHEMA SEED.

Prints its address once it listens. SCHEMA is a JSON schema that holds wherever a request brings none of its own, as
llama-server's `--json-schema` does: its Anthropic endpoint has no parameter for it.
"""

import sys
from importlib import import_module


def main(model: str, schema: str, seed: str) -> None:
    """Serve until nobody holds the other end of standard input."""
    xllamacpp = import_module("xllamacpp")  # it has no types
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx, params.n_parallel, params.n_predict = 8_192, 1, 2_500
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cpuparams.n_threads = 1  # two spin on each other where the machine is shared
    params.use_jinja = True
    params.verbosity = 0
    params.sampling.seed = int(seed)
    grammar = params.sampling.grammar
    grammar.grammar = xllamacpp.json_schema_to_grammar(schema)
    grammar.type = xllamacpp.common_grammar_type.COMMON_GRAMMAR_TYPE_USER
    params.sampling.grammar = grammar
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
