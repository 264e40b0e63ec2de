"""Characters that a reader takes for a Latin letter or an ASCII operator.

A compact part of Unicode's confusables (UTS #39, confusables.txt): the letters that pass unnoticed in running text,
with the lower-case Cyrillic, Greek and small-capital forms that obfuscators use beside them. Compatibility forms
(full-width, mathematical, circled, ligatures) are not here: NFKD already turns them into letters.
"""

_LETTERS = {
    "a": "АаΑαɑᎪᴀ", "b": "ВвΒЬᏴɓƀʙ", "c": "СсϹϲᏟᴄ", "d": "ԁԀᎠđɗᴅ", "e": "ЕеΕεҽєєЄᎬɛᴇ", "f": "Ϝſƒꜰ",
    "g": "ԌɡցᏀɢ", "h": "НнһҺΗհᎻħʜ", "i": "ІіΙιɩıɪӏᎢɨ", "j": "ЈјͿϳյᎫȷᴊ", "k": "КкκΚҡᏦƙᴋ", "l": "ӀᏞԼłƚʟ",
    "m": "МмΜᎷᴍӎ", "n": "ΝпηոɴПп", "o": "ОоΟοσօՕøØᴏ", "p": "РрΡρᏢᴘ", "q": "ԚԛզϘ", "r": "гГᎡʀ", "s": "ЅѕՏᏚꜱ",
    "t": "ТтΤτᎢŧᴛ", "u": "υսՍʉᴜ", "v": "ѴѵνᏙᴠ", "w": "ԜԝѡѠωϢᎳᴡ", "x": "ХхΧχҳҲ", "y": "УуҮүΥγʏ", "z": "ΖᏃᴢ",
}  # fmt: skip
_OPERATORS = {
    "-": "−‐‑", "*": "×·∙⋅∗✕", "/": "÷∕⁄", "<=": "≤⩽", ">=": "≥⩾", "!=": "≠", "~": "≈≃∼", "=": "≡", "->": "→⇒⟹",
}  # fmt: skip
_BOXED_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)  # negative circled, negative squared, regional indicators


def _table() -> dict[str, str]:
    plain = {like: letter for letter, likes in (_LETTERS | _OPERATORS).items() for like in likes}
    boxed = {chr(start + offset): chr(ord("a") + offset) for start in _BOXED_ALPHABETS for offset in range(26)}
    return plain | boxed


LOOKALIKES = _table()
"""One character → its casefolded Latin letter or ASCII operator."""
