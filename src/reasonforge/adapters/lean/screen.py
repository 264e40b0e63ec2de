"""What a Lean source may not hold at all.

Lean lets a file extend its own parser and elaborator, run programs while it is checked, and switch the kernel off. The
words for that are refused wherever they stand, comments included: so nothing depends on telling a comment from code
as Lean does. Beside that, the core library takes the names by which such things work, and the audit asks for axioms.
"""

import re

# ASCII alone, and without word boundaries below: a letter that Lean takes for a symbol must not hide a keyword.
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_FORBIDDEN = frozenset(
    {
        "import",
        "prelude",
        "macro",
        "macro_rules",
        "macro_inline",
        "syntax",
        "notation",
        "notation3",
        "infix",
        "infixl",
        "infixr",
        "prefix",
        "postfix",
        "elab",
        "elab_rules",
        "initialize",
        "unsafe",
        "implemented_by",
        "extern",
        "by_elab",
        "native_decide",
        "native",
        "simproc",
        "dsimproc",
        "simproc_decl",
        "csimp",
        "reduceBool",
        "reduceNat",
        "ofReduceBool",
        "ofReduceNat",
        "trustCompiler",
        "skipKernelTC",
        "unseal",
        "unsafeCast",
        "unsafeIO",
        "include_str",
        "compile_inductive",
        "compile_def",
        "binder_predicate",
        "init_quot",
        "proof_wanted",
        "alias_in",
        "add_decl_doc",
        "unif_hint",
        "tactic_extension",
        "recommended_spelling",
        "dbg_trace",
    }
)
_PREFIXES = ("run_", "declare_", "register_", "builtin_", "unsafe", "elab_", "macro_", "term_elab", "command_elab")
_ATTRIBUTES = re.compile(r"@\[([^\]]*)\]?|attribute(?:\s*\[([^\]]*)\]?)?")
_ATTRIBUTE_WORDS = frozenset(
    {"simp", "local", "scoped", "reducible", "irreducible", "inline", "ext", "elab_as_elim", "class", "instance"}
)
_OPTIONS = re.compile(r"set_option(?:\s+([\w.]+)\s+[0-9]+)?")
_OPTIONS_ALLOWED = frozenset({"maxRecDepth", "maxHeartbeats", "synthInstance.maxHeartbeats"})
_COMMAND = re.compile(r"#\s*[A-Za-z]\w*|eval%")


def objection(source: str) -> str | None:
    """Why the source is not compiled at all; None when nothing speaks against it. Linear in its length."""
    if "«" in source:
        return "« » has no place in a proof"
    if found := _COMMAND.search(source):
        return f"{found[0][:20]} has no place in a proof"
    for word in _WORD.findall(source):
        if word in _FORBIDDEN or (word.startswith(_PREFIXES) and word not in _ATTRIBUTE_WORDS):
            return f"{word[:40]} has no place in a proof, nor in its comments"
    for option in _OPTIONS.finditer(source):
        if option[1] not in _OPTIONS_ALLOWED:
            return f"of the options a proof may set {', '.join(sorted(_OPTIONS_ALLOWED))} alone"
    for attribute in _ATTRIBUTES.finditer(source):
        words = _WORD.findall(attribute[1] or attribute[2] or "")
        if not words or any(word not in _ATTRIBUTE_WORDS for word in words):
            return f"of the attributes a proof may use {', '.join(sorted(_ATTRIBUTE_WORDS))} alone"
    return None
